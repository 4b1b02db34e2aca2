package io.tickwire.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What the first table of {@code docs/stack.md} names exists: classes and packages in its third column, tests and scripts in its fourth; and
 * the code of a row cites every RFC of its first.
 */
class StackDocumentTest {
    private static final Path ROOT = Files.isDirectory(Path.of("bypass-net")) ? Path.of("bypass-net") : Path.of("");
    private static final Path MAIN = ROOT.resolve("src/main/java/io/tickwire/net");
    private static final Path TESTS = ROOT.resolve("src/test/java");
    private static final Path SCRIPTS = ROOT.resolve("src/test/resources/io/tickwire/net/script");
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");
    /** A number of its own, not a section's. */
    private static final Pattern RFC = Pattern.compile("(?<![§.\\d–])\\d{3,4}(?![.\\d])");

    private static final int COLUMNS = 4;
    private static final int LEAST_ROWS = 25;

    @Test
    void everyRowNamesCodeAndProofThatExist() throws IOException {
        final List<String> tests = tests();
        final List<String> missing = new ArrayList<>();
        int rows = 0;
        boolean inside = false;
        for (final String line : Files.readAllLines(ROOT.resolve("docs/stack.md"))) {
            inside = line.startsWith("## ") ? line.equals("## What is implemented") : inside;
            final String[] cells = line.split("\\|", -1);
            if (!inside
                    || cells.length != COLUMNS + 2
                    || cells[1].startsWith("---")
                    || cells[1].strip().equals("RFC")) {
                continue;
            }
            rows++;
            final List<String> code = names(cells[3]);
            final List<String> proof = names(cells[4]);
            assertTrue(!code.isEmpty() && !proof.isEmpty(), "a row without code or proof: " + line);
            code.stream().filter(name -> !isCode(name)).forEach(missing::add);
            proof.stream().filter(name -> !isProof(name, tests)).forEach(missing::add);
            missing.addAll(uncited(cells[1], code));
        }
        assertEquals(List.of(), missing, "named in docs/stack.md and not there");
        assertTrue(rows >= LEAST_ROWS, "rows: " + rows);
    }

    private static List<String> names(String cell) {
        final List<String> names = new ArrayList<>();
        final Matcher matcher = NAME.matcher(cell);
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }

    /** RFCs of a cell that no file of the row's code cites. */
    private static List<String> uncited(String cell, List<String> code) throws IOException {
        final StringBuilder text = new StringBuilder();
        for (final String name : code) {
            final Path path = MAIN.resolve(name.replace('.', '/'));
            final Path file = path.resolveSibling(path.getFileName() + ".java");
            try (Stream<Path> files = Files.isDirectory(path) ? Files.list(path) : Stream.of(file)) {
                for (final Path one : files.filter(Files::isRegularFile).toList()) {
                    text.append(Files.readString(one));
                }
            }
        }
        final List<String> missing = new ArrayList<>();
        final Matcher matcher = RFC.matcher(cell);
        while (matcher.find()) {
            if (!Pattern.compile("RFC " + matcher.group() + "\\b").matcher(text).find()) {
                missing.add("RFC " + matcher.group() + " in " + code);
            }
        }
        return missing;
    }

    private static boolean isCode(String name) {
        final Path path = MAIN.resolve(name.replace('.', '/'));
        return Files.isDirectory(path) || Files.isRegularFile(path.resolveSibling(path.getFileName() + ".java"));
    }

    private static boolean isProof(String name, List<String> tests) {
        final String script = name.endsWith(".script") ? name : name + ".script";
        return tests.contains(name + ".java") || Files.isRegularFile(SCRIPTS.resolve(script));
    }

    private static List<String> tests() throws IOException {
        try (Stream<Path> files = Files.walk(TESTS)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
