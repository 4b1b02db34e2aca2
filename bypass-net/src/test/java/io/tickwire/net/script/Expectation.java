package io.tickwire.net.script;

import io.tickwire.net.wire.TcpHeader;

/** Whether a segment is the one that a script expects. */
final class Expectation {
    private Expectation() {}

    /**
     * Compares what the line names.
     *
     * @param sizesWindows false if windows and their scale are the subject's own affair, as the kernel's are
     * @throws AssertionError naming the field that differs
     */
    static void check(PacketLine line, ScriptPeer.Sent segment, ScriptPeer peer, boolean sizesWindows) {
        if (segment == null) {
            throw new AssertionError("nothing was sent");
        }
        final int significant = ~((line.flags & TcpHeader.PSH) == 0 ? TcpHeader.PSH : 0) & 0xff;
        same(line.flags & significant, segment.flags() & significant, "flags", segment);
        same(line.sequence, segment.sequence(), "sequence", segment);
        same(line.length, segment.payload().length, "length", segment);
        same(line.ack, segment.ack(), "ack", segment);
        same(line.mss, segment.options().mss(), "mss", segment);
        same(line.sackPermitted, segment.options().sackPermitted(), "sackok", segment);
        same(line.timestamps, segment.options().hasTimestamps(), "timestamps", segment);
        same(line.timestampEcho, segment.options().timestampEcho(), "timestamp echo", segment);
        if (sizesWindows) {
            same(line.window, segment.window(), "window", segment);
            same(line.windowShift, segment.options().windowShift(), "window shift", segment);
        } else if (line.windowShift != null) {
            same(line.windowShift < 0, segment.options().windowShift() < 0, "absence of a window shift", segment);
        }
        if (line.sack != null) {
            same(line.sack.size(), segment.options().sackCount(), "sack count", segment);
            for (int i = 0; i < line.sack.size(); i++) {
                same(line.sack.get(i)[0], segment.options().sackStart(i) - peer.isn, "sack start", segment);
                same(line.sack.get(i)[1], segment.options().sackEnd(i) - peer.isn, "sack end", segment);
            }
        }
    }

    private static void same(Object wanted, Object actual, String what, ScriptPeer.Sent segment) {
        if (wanted != null && !wanted.equals(actual)) {
            throw new AssertionError(what + " is " + actual + " in " + segment);
        }
    }
}
