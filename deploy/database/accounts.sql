-- What the database of compose.yaml begins with. The image runs this once, as its superuser, while the volume is empty.
-- That superuser has no password afterwards, so nobody is it from another container. An administrator is it with
--   docker compose exec database psql -U postgres -d tongxing
\set owner tongxing_owner
\set web tongxing
\getenv owner_password POSTGRES_OWNER_PASSWORD
\getenv web_password POSTGRES_PASSWORD
CREATE ROLE :"owner" LOGIN PASSWORD :'owner_password';
CREATE ROLE :"web" LOGIN PASSWORD :'web_password';
ALTER DATABASE :"DBNAME" OWNER TO :"owner";
ALTER ROLE CURRENT_USER PASSWORD NULL;
\ir ../roles.sql
