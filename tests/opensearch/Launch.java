import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.http.HttpServerTransport;
import org.opensearch.node.Node;
import org.opensearch.transport.Netty4Plugin;

/**
 * One OpenSearch node on loopback: java -cp ... Launch.java FOLDER. It writes the port that the system gave it to
 * FOLDER/port and ends when its standard input does, so that none outlives the tests that started it.
 */
public class Launch {
    static class Server extends Node {
        Server(Environment environment) {
            super(environment, List.of(Netty4Plugin.class), true);
        }
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Path config = Files.createDirectories(folder.resolve("config"));
        Settings settings = Settings.builder()
            .put("path.home", folder.toString())
            .put("cluster.name", "tongxing-tests")
            .put("node.name", "test")
            .put("discovery.type", "single-node")
            .put("network.host", "127.0.0.1")
            .put("http.type", "netty4")
            .put("http.port", "0")
            .put("transport.type", "netty4")
            .put("transport.port", "0")
            // Indexes are made explicitly; one that makes itself would hide a mistake.
            .put("action.auto_create_index", false)
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .build();
        try (Node node = new Server(new Environment(settings, config)).start()) {
            var http = node.injector().getInstance(HttpServerTransport.class).boundAddress().publishAddress();
            Path beside = Files.writeString(folder.resolve("port.next"), Integer.toString(http.getPort()));
            Files.move(beside, folder.resolve("port"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
            while (System.in.read() != -1) {
            }
        }
        System.exit(0);
    }
}
