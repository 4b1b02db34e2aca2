package io.tickwire.storage.log;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/** A small file system that can be filled up. Needs root for the mount: elsewhere the test is skipped, but not in CI. */
public final class SmallDisk implements AutoCloseable {
    private final Path directory;
    private final Path ballast;

    /** Mounts it on an empty directory. */
    public SmallDisk(final Path directory, final int bytes) throws IOException {
        this.directory = directory;
        this.ballast = directory.resolve("ballast");
        if (!run("mount", "-t", "tmpfs", "-o", "size=" + bytes, "tmpfs", directory.toString())) {
            System.out.println("a small file system can be mounted only by root: skipped");
            assertTrue(System.getenv("CI") == null, "CI must be able to mount");
            assumeTrue(false, "cannot mount");
        }
    }

    /** Takes away all room but so many bytes; called again, also what has come back since. */
    public void fillUpTo(final int bytesLeft) throws IOException {
        final FileStore store = Files.getFileStore(directory);
        final long more = Math.max(0, store.getUsableSpace() - bytesLeft);
        Files.write(ballast, new byte[(int) more], StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Gives the room back. */
    public void makeRoom() throws IOException {
        Files.delete(ballast);
    }

    /** Waits for room that files give back which are deleted, but not yet unmapped by Chronicle's thread. */
    public void awaitRoom(final int bytes) throws IOException {
        final FileStore store = Files.getFileStore(directory);
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (store.getUsableSpace() < bytes) {
            assertTrue(System.nanoTime() - deadlineNs < 0, "only " + store.getUsableSpace() + " bytes of room");
            Thread.onSpinWait();
        }
    }

    private static boolean run(final String... command) throws IOException {
        final Process process =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.onExit().join().exitValue() == 0;
    }

    @Override
    public void close() throws IOException {
        // Chronicle unmaps on a thread of its own, which may be late.
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!run("umount", directory.toString())) {
            assertTrue(System.nanoTime() - deadlineNs < 0, directory + " stays in use");
        }
    }
}
