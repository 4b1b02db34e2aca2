package io.tickwire.compat.wire;

import io.tickwire.compat.target.Target;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;

/**
 * One request and what is seen of its answer. The body may depend on the broker (its topic's id); {@code own} is what the case
 * calls what it has made, see {@link CaseNames}.
 */
record Exchange(
        String name,
        ApiKeys key,
        short version,
        String own,
        Function<Target, byte[]> body,
        BiConsumer<Target, ApiMessage> note)
        implements WireComparison.Step {

    /** Correlation id of the request behind one that asks for no answer. */
    private static final int BEHIND = WireFormat.CORRELATION_ID + 1;

    static Exchange of(String name, ApiKeys key, short version, byte[] body) {
        return new Exchange(name, key, version, "", target -> body, (target, answer) -> {});
    }

    @Override
    public List<String> run(Target target, RawConnection connection) {
        byte[] bytes = body.apply(target);
        connection.sendFrame(WireFormat.request(key, version, bytes));
        if (asksForNothing(bytes)) {
            return seenBefore(connection);
        }
        RawConnection.Reply reply = connection.receive();
        if (reply.frame() == null) {
            // What a silent broker still has to say must not be taken for the next answer.
            connection.close();
            return List.of(reply.instead());
        }
        boolean known = key.isVersionSupported(version)
                || (version >= key.oldestVersion() && version <= key.latestVersion(true));
        // An unknown version of ApiVersions is answered in the form of version 0.
        short form = known ? version : (short) 0;
        try {
            WireFormat.Answer answer = WireFormat.parse(key, form, reply.frame());
            note.accept(target, answer.body());
            return answer.lines(WireComparison.ALLOWED, new CaseNames(own, bytes));
        } catch (RuntimeException e) {
            return List.of("an answer of " + reply.frame().length + " bytes that cannot be read: " + e);
        }
    }

    /**
     * What comes of a request that asks for no answer. A broker serves the requests of a connection in order, so that a second one
     * tells when the first is over, however slow the broker.
     */
    private static List<String> seenBefore(RawConnection connection) {
        RawConnection.Reply reply = connection.askBehind(BEHIND);
        if (reply.frame() == null) {
            connection.close();
            return List.of(reply.instead());
        }
        if (ByteBuffer.wrap(reply.frame()).getInt() != BEHIND) {
            connection.close();
            return List.of("an answer to what asks for none");
        }
        return List.of(RawConnection.SILENT);
    }

    /** Whether this is a produce that asks for no acknowledgement. */
    private boolean asksForNothing(byte[] bytes) {
        try {
            return key == ApiKeys.PRODUCE
                    && new ProduceRequestData(new ByteBufferAccessor(ByteBuffer.wrap(bytes)), version).acks() == 0;
        } catch (RuntimeException e) {
            return false;
        }
    }
}
