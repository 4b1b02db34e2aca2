package io.tickwire.edge.metadata;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.properties.PropertiesUtils;

/**
 * Who this node is, kept in {@code meta.properties} of the data directory with the names that Kafka uses there.
 *
 * @param clusterId the cluster's id, made up on first start unless one was asked for
 * @param nodeId the node's id
 * @param directoryId the data directory's id; stands for the broker's incarnation as well
 */
public record NodeIdentity(String clusterId, int nodeId, Uuid directoryId) {
    private static final String FILE = "meta.properties";
    private static final String CLUSTER_ID = "cluster.id";
    private static final String NODE_ID = "node.id";
    private static final String DIRECTORY_ID = "directory.id";

    /**
     * Reads the identity, or creates it in an empty directory.
     *
     * @param dataDir an existing directory
     * @param nodeId the id that the configuration asks for
     * @throws IllegalStateException when the directory belongs to another node
     * @throws UncheckedIOException when the file cannot be read or written
     */
    public static NodeIdentity load(Path dataDir, int nodeId) {
        Path file = dataDir.resolve(FILE);
        try {
            if (!Files.exists(file)) {
                NodeIdentity created = new NodeIdentity(Uuid.randomUuid().toString(), nodeId, Uuid.randomUuid());
                created.write(file);
                return created;
            }
            Properties properties = PropertiesUtils.readPropertiesFile(file.toString());
            NodeIdentity found = new NodeIdentity(
                    required(properties, CLUSTER_ID, file),
                    Integer.parseInt(required(properties, NODE_ID, file)),
                    Uuid.fromString(required(properties, DIRECTORY_ID, file)));
            if (found.nodeId != nodeId) {
                throw new IllegalStateException("node id is " + nodeId + ", but " + file + " is of node " + found.nodeId
                        + ": use that id or another data.dir");
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot use " + file, e);
        }
    }

    private static String required(Properties properties, String key, Path file) {
        String value = properties.getProperty(key);
        if (value == null) {
            throw new IllegalStateException(file + " lacks " + key);
        }
        return value;
    }

    private void write(Path file) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("version", "1");
        properties.setProperty(CLUSTER_ID, clusterId);
        properties.setProperty(NODE_ID, Integer.toString(nodeId));
        properties.setProperty(DIRECTORY_ID, directoryId.toString());
        PropertiesUtils.writePropertiesFile(properties, file.toString(), true);
    }
}
