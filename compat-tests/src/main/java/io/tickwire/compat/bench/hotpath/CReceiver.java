package io.tickwire.compat.bench.hotpath;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.tickwire.compat.target.RepositoryRoot;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.HdrHistogram.Histogram;

/** A subscriber in C: its loop is called once a run and stays in C until the run is over. */
@SuppressWarnings("restricted") // Native access is granted by the launcher's flags.
final class CReceiver implements Contender.Subscriber {
    private static final String SOURCE = "receive.c";

    private final MethodHandle receive;
    private final MethodHandle close;
    private final MemorySegment opened;

    private CReceiver(SymbolLookup library, Path channels, String topic) throws IOException {
        MethodHandle open = function(library, "hotpath_open", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
        receive = function(
                library,
                "hotpath_receive",
                FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS));
        close = function(library, "hotpath_close", FunctionDescriptor.ofVoid(ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            opened = (MemorySegment)
                    open.invokeExact(arena.allocateFrom(channels.toString()), arena.allocateFrom(topic));
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (opened.address() == 0) {
            throw new IOException("no channel of " + topic + " in " + channels);
        }
    }

    private static MethodHandle function(SymbolLookup library, String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), type);
    }

    /** Why there can be no subscriber in C here, or null. */
    static String missing() {
        try {
            return new ProcessBuilder("cc", "--version")
                                    .redirectErrorStream(true)
                                    .start()
                                    .waitFor()
                            == 0
                    ? null
                    : "cc does not work";
        } catch (IOException e) {
            return "no C compiler (cc)";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    /** Compiles and attaches. */
    static CReceiver open(Path scratch, Path channels, String topic) throws IOException {
        System.load(compile(scratch).toString());
        return new CReceiver(SymbolLookup.loaderLookup(), channels, topic);
    }

    private static Path compile(Path scratch) throws IOException {
        Path source = scratch.resolve(SOURCE);
        try (InputStream text = CReceiver.class.getResourceAsStream(SOURCE)) {
            Files.copy(text, source);
        }
        Path library = scratch.resolve("receive.so");
        Process compiler = new ProcessBuilder(List.of(
                        "cc",
                        "-std=c11",
                        "-O2",
                        "-shared",
                        "-fPIC",
                        "-I",
                        RepositoryRoot.find().resolve("broker-edge/src/main/c").toString(),
                        "-o",
                        library.toString(),
                        source.toString()))
                .redirectErrorStream(true)
                .start();
        String messages = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (compiler.waitFor() != 0) {
                throw new IOException(SOURCE + " does not compile: " + messages);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return library;
    }

    @Override
    public int poll(Contender.Handler handler) {
        throw new UnsupportedOperationException("polls in C");
    }

    @Override
    public Result receive(Load load, SenderDone done, Runnable ready) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment latencies = arena.allocate(JAVA_LONG, load.messages());
            latencies.fill((byte) 1); // Present before the first message comes.
            MemorySegment outOfOrder = arena.allocate(JAVA_LONG);
            long last = load.warmupMessages() + load.messages() - 1;
            ready.run();
            long received = (long) receive.invokeExact(
                    opened,
                    load.warmupMessages(),
                    last,
                    MemorySegment.ofAddress(done.address()),
                    latencies,
                    outOfOrder);
            Histogram histogram = new Histogram(ReceiveLoop.HIGHEST_NS, 3);
            for (long i = 0; i < received; i++) {
                histogram.recordValue(Math.clamp(latencies.getAtIndex(JAVA_LONG, i), 0, ReceiveLoop.HIGHEST_NS));
            }
            return new Result(received, outOfOrder.get(JAVA_LONG, 0), histogram);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            close.invokeExact(opened);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
