package io.tickwire.net.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every script under src/test/resources/io/tickwire/net/script, one test each. */
class ConformanceTest {
    private static final String[] FILES = {
        "handshake.script",
        "closed-port.script",
        "close.script",
        "reset.script",
        "blind.script",
        "receive.script",
        "send.script",
        "retransmit.script",
        "recovery.script",
        "sack.script",
        "paws.script",
        "window.script",
        "timers.script",
        "timewait.script",
        "cookies.script",
        "pmtu.script",
        "segmentation.script",
    };

    static List<Script> all() {
        final List<Script> scripts = new ArrayList<>();
        for (final String file : FILES) {
            scripts.addAll(Script.read(file));
        }
        return scripts;
    }

    @TestFactory
    Stream<DynamicTest> script() {
        return all().stream()
                .map(script -> DynamicTest.dynamicTest(
                        script.file() + ": " + script.name(), () -> new ScriptRunner(script).run()));
    }

    @Test
    void everyScriptHasItsOwnNameAndCitesItsSource() {
        final Set<String> names = new HashSet<>();
        for (final Script script : all()) {
            assertTrue(names.add(script.file() + script.name()), "twice: " + script.name());
            assertTrue(
                    script.source().contains("RFC") || script.source().contains("Linux"),
                    "no source: " + script.file() + " " + script.name());
        }
        assertTrue(names.size() >= 150, "only " + names.size() + " scripts");
        assertEquals(names.size(), all().size());
    }
}
