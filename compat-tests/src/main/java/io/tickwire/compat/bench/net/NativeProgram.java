package io.tickwire.compat.bench.net;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compiles the C half of a comparison against the installed DPDK. */
final class NativeProgram {
    private NativeProgram() {}

    /** The program; empty, and the reason printed, when there is no compiler or no DPDK to compile against. */
    static Optional<Path> compile(String resource, Path directory) throws IOException {
        Path source = directory.resolve(resource);
        try (InputStream text = NativeProgram.class.getResourceAsStream(resource)) {
            Files.copy(text, source);
        }
        Path program = directory.resolve(resource.replace(".c", ""));
        try {
            List<String> command = new ArrayList<>(List.of("gcc", "-O3"));
            command.addAll(words(BenchProcess.run(List.of("pkg-config", "--cflags", "libdpdk"))));
            command.addAll(List.of("-march=native", "-o", program.toString(), source.toString()));
            command.addAll(words(BenchProcess.run(List.of("pkg-config", "--libs", "libdpdk"))));
            BenchProcess.run(command);
            return Optional.of(program);
        } catch (IOException e) {
            System.out.println("no C to compare with (apt-get install gcc libdpdk-dev): " + e.getMessage());
            return Optional.empty();
        }
    }

    private static List<String> words(List<String> lines) {
        return List.of(String.join(" ", lines).trim().split("\\s+", -1));
    }
}
