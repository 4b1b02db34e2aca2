package io.tickwire.edge.shm;

import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A subscriber looks for a topic-partition in the registry while the broker opens its channel, or closes the one before in that slot. */
public final class RegistryEntryStress {
    private static final Path DIRECTORY = Path.of("/shm");
    private static final byte[] TOPIC = {'t', 'o', 'p', 'i', 'c'};

    private RegistryEntryStress() {}

    /** A registry of one entry, in memory. */
    abstract static class Registry {
        final RegistryEntries entries;
        final RegistryView view;

        Registry() {
            MappedFile file = new MappedFile(
                    null, (MappedByteBuffer) ByteBuffer.allocateDirect((int) RegistryLayout.fileLength(1)));
            file.buffer().putInt(RegistryLayout.ENTRY_CAPACITY_OFFSET, 1);
            entries = new RegistryEntries(file.buffer());
            view = new RegistryView(DIRECTORY, file);
        }

        final void open() {
            entries.open(0, TOPIC, 1, 2, 3, 4096, "ring-1-0");
        }

        /** 0 for none, 1 for the ring that was opened, 2 for anything else. */
        final int look() {
            Path ring = view.find(new String(TOPIC, StandardCharsets.US_ASCII), 3);
            if (ring == null) {
                return 0;
            }
            return ring.equals(DIRECTORY.resolve("ring-1-0")) ? 1 : 2;
        }
    }

    /** The channel is being opened. */
    @JCStressTest
    @Outcome(
            id = {"0", "1"},
            expect = Expect.ACCEPTABLE,
            desc = "not yet, or whole")
    @Outcome(id = "2", expect = Expect.FORBIDDEN, desc = "an entry that is open before its file's name is there")
    @State
    public static class Open extends Registry {
        @Actor
        public void broker() {
            open();
        }

        @Actor
        public void subscriber(I_Result result) {
            result.r1 = look();
        }
    }

    /** The channel is being closed. */
    @JCStressTest
    @Outcome(
            id = {"0", "1"},
            expect = Expect.ACCEPTABLE,
            desc = "closed, or not yet")
    @Outcome(id = "2", expect = Expect.FORBIDDEN, desc = "something that never was")
    @State
    public static class Close extends Registry {
        public Close() {
            open();
        }

        @Actor
        public void broker() {
            entries.close(0);
        }

        @Actor
        public void subscriber(I_Result result) {
            result.r1 = look();
        }
    }
}
