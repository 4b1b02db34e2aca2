package io.tickwire.compat.wire;

import io.tickwire.compat.target.Target;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.common.protocol.ApiKeys;

/** One request and what is seen of its answer. The body may depend on the broker (its topic's id). */
record Exchange(String name, ApiKeys key, short version, Function<Target, byte[]> body) implements WireComparison.Step {

    private static final int TIMEOUT_MS = 1_500;

    static Exchange of(String name, ApiKeys key, short version, byte[] body) {
        return new Exchange(name, key, version, target -> body);
    }

    @Override
    public List<String> run(Target target, RawConnection connection) {
        ByteBuffer frame = WireFormat.request(key, version, body.apply(target));
        connection.sendFrame(frame);
        // Nothing answers a produce that asks for no acknowledgement.
        RawConnection.Reply reply = connection.receive(key == ApiKeys.PRODUCE ? TIMEOUT_MS / 5 : TIMEOUT_MS);
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
            return WireFormat.lines(key, form, reply.frame(), WireComparison.ALLOWED);
        } catch (RuntimeException e) {
            return List.of("an answer of " + reply.frame().length + " bytes that cannot be read: " + e);
        }
    }
}
