package io.tickwire.edge.control;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;

/** A process whose transaction is prepared, in the journal, and gets no further: it waits to be killed. */
final class PreparedTransactionProcess {
    /** What it prints then, with the transaction's state behind it. */
    static final String READY = "STANDS AT ";

    private PreparedTransactionProcess() {}

    /** Takes the data directory, the partitions of the topic, and {@code true} to commit. */
    public static void main(String[] args) throws Exception {
        ControlPlaneHarness node = new ControlPlaneHarness(Path.of(args[0]), TransactionClient.ONE_PARTITION_EACH);
        TransactionClient client = new TransactionClient(node);
        int partitions = Integer.parseInt(args[1]);
        client.createTopic("orders", partitions);
        client.awaitCoordinator(CoordinatorType.TRANSACTION);
        InitProducerIdResponseData producer = client.init();
        for (int partition = 0; partition < partitions; partition++) {
            client.add(producer, "orders", partition);
        }
        node.directory().fallSilent();
        try {
            client.end(producer, Boolean.parseBoolean(args[2]), TransactionClient.WITH_EPOCH_BUMP, 200);
        } catch (TimeoutException e) {
            System.out.println(READY + client.state());
        }
        TimeUnit.DAYS.sleep(1);
    }
}
