package io.tickwire.compat.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.compat.differential.Probe;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * One run of a tool against the case's broker. What it printed is noted line by line, without what differs between any two
 * clusters: addresses, random ids, paths, times and the widths of columns. Expectations are about the whole output, and hold
 * for both brokers: that two tools failed in the same way is no success.
 */
final class ToolRun {

    private static final Pattern NAME = Pattern.compile("\\$(\\w+)");
    private static final List<Replacement> ALWAYS = List.of(
            new Replacement("\\b(localhost|127\\.0\\.0\\.1|198\\.18\\.77\\.\\d)((:|, port: | )\\d+)?", "ADDRESS"),
            new Replacement("\\b(?=\\S*[A-Z])(?=\\S*[a-z])[A-Za-z0-9_-]{22}\\b", "ID"),
            new Replacement("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),
            new Replacement("\\b1[67]\\d{11}\\b", "TIME"),
            new Replacement("20\\d\\d-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d[.,:]\\d{3}", "TIME"),
            new Replacement("(?<![\\w:])/[\\w./-]+", "PATH"));

    private record Replacement(Pattern pattern, String by) {

        Replacement(String pattern, String by) {
            this(Pattern.compile(pattern), by);
        }

        String in(String text) {
            return pattern.matcher(text).replaceAll(by);
        }
    }

    private final Probe probe;
    private final Tool tool;
    private final List<String> arguments;
    private final List<Replacement> replacements = new ArrayList<>();
    private String input = "";
    private String endsAfter = "";
    private boolean isSorted;
    private boolean isAlone;
    private boolean isNoted = true;
    private Pattern kept = Pattern.compile("");
    private ToolProcess.Result result;

    /**
     * Prepares a run.
     *
     * @param arguments separated by a space each, without the broker's address; {@code $word} stands for the case's name for
     *     that word, so {@code $topic} is its topic
     */
    ToolRun(Probe probe, Tool tool, String arguments) {
        this.probe = probe;
        this.tool = tool;
        String named = NAME.matcher(arguments).replaceAll(match -> probe.name(match.group(1)));
        this.arguments = named.isEmpty() ? List.of() : List.of(named.split(" "));
    }

    /** Gives the tool its standard input. */
    ToolRun input(String text) {
        input = text;
        return this;
    }

    /** Lets a tool that runs until it is interrupted go on until it has printed a text. */
    ToolRun endsAfter(String text) {
        endsAfter = text;
        return this;
    }

    /** Gives the tool a process of its own: it does the rest of its work when that ends. */
    ToolRun alone() {
        isAlone = true;
        return this;
    }

    /** Says that the order of the lines means nothing. */
    ToolRun sorted() {
        isSorted = true;
        return this;
    }

    /** Leaves something out of what is noted: every match of an expression becomes another text. */
    ToolRun masked(String pattern, String by) {
        replacements.add(new Replacement(pattern, by));
        return this;
    }

    /** Notes only lines that match. */
    ToolRun keeping(String pattern) {
        kept = Pattern.compile(pattern);
        return this;
    }

    /** Notes nothing: what it prints depends on other cases. */
    ToolRun unnoted() {
        isNoted = false;
        return this;
    }

    /** Leaves every number out of what is noted: figures of performance. */
    ToolRun figuresMasked() {
        return masked("\\d+([.,]\\d+)?", "N");
    }

    /** Runs the tool and expects it to end well. */
    ToolRun succeeds() {
        run();
        assertEquals(0, result.status(), tool + " " + arguments + " failed: " + result.errors() + result.output());
        return this;
    }

    /** Runs the tool and expects it to end with an error. */
    ToolRun fails() {
        run();
        assertTrue(result.status() != 0, tool + " " + arguments + " did not fail: " + result.output());
        return this;
    }

    /** Runs the tool, however it ends: some say what is wrong and call that success. */
    ToolRun runs() {
        run();
        return this;
    }

    /** Runs the tool again and again until it succeeds and prints the text; notes the last run. */
    ToolRun eventually(String text) throws InterruptedException {
        Probe.eventually(() -> {
            execute();
            return result.status() == 0 && result.output().contains(text);
        });
        note();
        return prints(text);
    }

    /** Expects a text in the output, columns a space apart. */
    ToolRun prints(String text) {
        assertTrue(plain(result.output()).contains(text), tool + " prints no '" + text + "': " + result.output());
        return this;
    }

    /** Expects a text among the errors. */
    ToolRun complains(String text) {
        String all = plain(result.errors() + result.output());
        assertTrue(all.contains(text), tool + " does not say '" + text + "': " + all);
        return this;
    }

    String output() {
        return result.output();
    }

    private void run() {
        execute();
        note();
    }

    private void execute() {
        List<String> words = tool.words(probe.target().bootstrap(), arguments);
        result = isAlone
                ? ToolProcess.runAlone(tool.mainClass(), words)
                : ToolProcess.of(probe.target()).run(tool.mainClass(), input, endsAfter, words);
    }

    private void note() {
        if (!isNoted) {
            return;
        }
        String command = tool.name().toLowerCase(Locale.ROOT).replace('_', '-') + " " + String.join(" ", arguments);
        probe.saw("$ " + normal(command), "exit " + result.status());
        List<String> lines = new ArrayList<>(result.output()
                .lines()
                .filter(line -> kept.matcher(line).find())
                .map(this::normal)
                .toList());
        if (isSorted) {
            lines.sort(null);
        }
        lines.stream().filter(line -> !line.isBlank()).forEach(line -> probe.saw("|", line));
    }

    private String normal(String line) {
        String text = plain(line);
        for (Replacement replacement : ALWAYS) {
            text = replacement.in(text);
        }
        for (Replacement replacement : replacements) {
            text = replacement.in(text);
        }
        return text.strip();
    }

    private static String plain(String text) {
        return text.replaceAll("[ \t]+", " ");
    }
}
