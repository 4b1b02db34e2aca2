package io.tickwire.edge.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class NetCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(final String... arguments) {
        return new CommandLine(new NetCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    @Test
    void absentNicCheckedEndsWithStatusOneAndTheMend() {
        assertEquals(1, run("check", "--device=0000:ff:1f.7", "--core=0"));
        assertTrue(out.toString().contains("missing  device 0000:ff:1f.7"), out.toString());
        assertTrue(out.toString().contains("mend with: dpdk-devbind.py"), out.toString());
        assertTrue(out.toString().contains("core 0"), out.toString());
    }

    @Test
    void textThatIsNoDeviceEndsWithTheUsage() {
        assertEquals(2, run("check", "--device=eth0"));
        assertTrue(err.toString().contains("not a DPDK device"), err.toString());
        assertEquals(2, run());
        assertEquals(2, run("check", "--core=-1"));
    }
}
