package io.tickwire.compat.bench.hotpath;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.agrona.CloseHelper;
import org.agrona.IoUtil;

/** The one or two processes of a contender, kept warm through a whole benchmark and idle while another contender runs. */
final class ContenderRunner implements AutoCloseable {
    private final Contender contender;
    private final Path scratch;
    private final NodeProcess sender;
    private final NodeProcess receiver;
    private int runs;

    ContenderRunner(Contender contender, Path scratch, int senderCore, int receiverCore, List<String> jvmArgs)
            throws IOException {
        this.contender = contender;
        this.scratch = scratch;
        if (contender.inProcess()) {
            sender = NodeProcess.start(contender.name(), "both", senderCore, receiverCore, jvmArgs);
            receiver = sender;
        } else {
            sender = NodeProcess.start(contender.name(), "send", senderCore, receiverCore, jvmArgs);
            receiver = NodeProcess.start(contender.name(), "receive", senderCore, receiverCore, jvmArgs);
        }
    }

    Contender contender() {
        return contender;
    }

    Result run(Load load) throws IOException {
        Path directory = Files.createDirectory(scratch.resolve(contender.name() + "-" + runs++));
        try {
            String open = "OPEN " + directory + " " + load.messageBytes();
            sender.tell(open);
            sender.await("OPEN");
            if (receiver != sender) {
                receiver.tell(open);
                receiver.await("OPEN");
            }
            receiver.tell("RECEIVE " + load.encode());
            receiver.await("RECEIVING");
            sender.tell("SEND " + load.encode());
            Result result = collect();
            receiver.tell("CLOSE");
            receiver.await("CLOSED");
            if (receiver != sender) {
                sender.tell("CLOSE");
                sender.await("CLOSED");
            }
            return result;
        } finally {
            IoUtil.delete(directory.toFile(), true);
        }
    }

    private Result collect() throws IOException {
        if (receiver == sender) {
            // Both loops report on one stream, in either order; the receiver of an in-process contender loses nothing
            // and ends by itself.
            return Result.decode(receiver.await("RESULT"), 1);
        }
        sender.await("SENT");
        receiver.tell("SENDER-DONE");
        return Result.decode(receiver.await("RESULT"), 1);
    }

    @Override
    public void close() {
        CloseHelper.closeAll(sender, receiver);
    }
}
