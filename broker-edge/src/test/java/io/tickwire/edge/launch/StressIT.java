package io.tickwire.edge.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * All of src/jcstress/java: the cases of this module and of package-private classes of those below it. A short look at each;
 * {@code -Djcstress.options="-m default -t RingStress"} looks longer.
 */
@Timeout(1800)
class StressIT {
    private static final String SHORT = "-f 1 -fsm 1 -iters 1 -time 300 -sc false";

    @Test
    void nothingForbiddenIsSeen(@TempDir Path results) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(List.of(
                "-Xmx512m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "org.openjdk.jcstress.Main",
                "-r",
                results.toString()));
        command.addAll(List.of(System.getProperty("jcstress.options", SHORT).split(" ")));
        command.addAll(
                List.of("-jvmArgs", "@" + Path.of("src/main/launch/jvm.args").toAbsolutePath() + " -Xmx512m"));
        Process stress = new ProcessBuilder(command)
                .directory(results.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(stress.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, stress.waitFor(), said);
        // Who finds no case finds no fault.
        assertTrue(said.contains(" passed, 0 failed, 0 soft errs, 0 hard errs"), said);
        System.out.println(said.substring(said.indexOf("RUN RESULTS")));
    }
}
