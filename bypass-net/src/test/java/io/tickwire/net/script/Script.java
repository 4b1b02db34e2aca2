package io.tickwire.net.script;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One case of a script file. A file holds several, each begun by {@code == name}; lines that begin with {@code #} are comments, of
 * which at least one per case names its source.
 */
record Script(String file, String name, String source, List<String> lines, List<Integer> numbers) {

    static List<Script> read(String file) {
        final List<Script> scripts = new ArrayList<>();
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(Script.class.getResourceAsStream(file), StandardCharsets.UTF_8))) {
            String name = null;
            StringBuilder source = new StringBuilder();
            List<String> lines = new ArrayList<>();
            List<Integer> numbers = new ArrayList<>();
            int number = 0;
            for (String raw = reader.readLine(); raw != null; raw = reader.readLine()) {
                number++;
                final String line = raw.strip();
                if (line.startsWith("== ")) {
                    if (name != null) {
                        scripts.add(new Script(file, name, source.toString(), lines, numbers));
                    }
                    name = line.substring(3);
                    source = new StringBuilder();
                    lines = new ArrayList<>();
                    numbers = new ArrayList<>();
                } else if (line.startsWith("#")) {
                    source.append(line.substring(1).strip()).append(' ');
                } else if (!line.isEmpty()) {
                    lines.add(line);
                    numbers.add(number);
                }
            }
            if (name != null) {
                scripts.add(new Script(file, name, source.toString(), lines, numbers));
            }
            return scripts;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
