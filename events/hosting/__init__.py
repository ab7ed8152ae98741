"""What a host does with an event: write and publish it, hold it again, add files and pictures to it."""
