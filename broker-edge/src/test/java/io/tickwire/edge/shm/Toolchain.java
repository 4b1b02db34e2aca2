package io.tickwire.edge.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A compiler for the C sources, and its flags. Where it is not installed the test is skipped; not with CI=true, except for clang.
 *
 * @param compiler gcc, clang or g++.
 * @param flags besides warnings and the language's version.
 */
public record Toolchain(String compiler, List<String> flags) {
    /** Where the headers and examples lie. */
    public static final Path SOURCES = Path.of("src/main/c").toAbsolutePath();

    /** Where programs that are tests only lie. */
    public static final Path TEST_SOURCES = Path.of("src/test/c").toAbsolutePath();

    private static final List<String> ADDRESS =
            List.of("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all");

    /** Optimised, without sanitizers. */
    public static Toolchain plain() {
        return new Toolchain("gcc", List.of("-O2"));
    }

    /** Under the address and undefined-behaviour sanitizers. */
    public static Toolchain address() {
        return new Toolchain("gcc", ADDRESS);
    }

    /** Each compiler plain and under the sanitizers that it knows what to do with. */
    public static Stream<Toolchain> all() {
        return Stream.of(
                plain(),
                address(),
                new Toolchain("clang", List.of("-O2")),
                new Toolchain("clang", ADDRESS),
                // gcc's thread sanitizer does not know fences.
                new Toolchain("clang", List.of("-g", "-O1", "-fsanitize=thread")),
                new Toolchain("g++", List.of("-O2")));
    }

    /** Whether the search path has a program. */
    public static boolean isInstalled(final String program) {
        return Stream.of(System.getenv("PATH").split(":", -1)).anyMatch(d -> Files.isExecutable(Path.of(d, program)));
    }

    /** Whether a missing tool is a failure. */
    public static boolean isCi() {
        return "true".equals(System.getenv("CI"));
    }

    /** Compiles a source to a program or library. */
    public void build(final Path output, final Path source) throws IOException, InterruptedException {
        final boolean required = isCi() && !compiler.equals("clang");
        assumeTrue(required || isInstalled(compiler), compiler + " is not installed: skipped");
        final List<String> command =
                new ArrayList<>(List.of(compiler, "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"));
        command.addAll(compiler.equals("g++") ? List.of("-x", "c++", "-std=c++17") : List.of("-std=c11"));
        command.addAll(flags);
        command.addAll(List.of("-I", SOURCES.toString(), "-o", output.toString(), source.toString()));
        final Process process =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        final String messages = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), messages);
    }

    @Override
    public String toString() {
        return compiler + ' ' + String.join(" ", flags);
    }
}
