package io.tickwire.edge.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.net.dpdk.ffi.DpdkLibrary;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The whole broker on one DPDK port (af_packet on a cable between two namespaces): stock Kafka clients, ping and a multicast feed from the
 * kernel's stack at the other end, and a program that looks at every frame that went over the cable.
 */
class DpdkBrokerIT {
    private static final String BAD_FRAMES =
            "_ws.malformed or ip.checksum.status == 0 or tcp.checksum.status == 0 or udp.checksum.status == 0"
                    + " or icmp.checksum.status == 0 or igmp.checksum.status == 0";

    @TempDir
    private Path directory;

    @BeforeAll
    static void needs() {
        Lab.require("ip", "ethtool", "dumpcap", "tshark");
        Lab.require(DpdkLibrary.hasDriver("net_af_packet"), "DPDK with its af_packet driver");
    }

    /** @param queues of the port, each with a shard, its stack and its connections */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void kafkaClientsAndFeedShareOnePort(int queues) throws Exception {
        try (Lab lab = new Lab()) {
            String capture = directory.resolve("cable.pcap").toString();
            Process dumpcap = lab.start("c", List.of("dumpcap", "-q", "-i", "v1", "-w", capture));
            Process broker = lab.start(
                    "s",
                    Lab.java(
                            Main.class,
                            "start",
                            "--set=data.dir=" + directory.resolve("data"),
                            "--set=shm.dir=" + directory.resolve("shm"),
                            "--set=net.mode=dpdk",
                            "--set=net.dpdk.device=net_af_packet0,iface=v0,framecnt=4096,qpairs=" + queues,
                            "--set=threading.mode=" + (queues == 1 ? "shared" : "parking"),
                            "--set=threading.shards=" + queues,
                            "--set=net.dpdk.address=10.77.0.1/24",
                            "--set=feeds.ticks.group=239.77.0.1",
                            "--set=feeds.ticks.port=30001",
                            "--set=feeds.ticks.framing=raw",
                            "--set=feeds.ticks.topic=ticks"));
            awaitReady(broker);
            Process clients = lab.start("c", Lab.java(DpdkClients.class, "10.77.0.1:9092", "239.77.0.1", "30001"));
            String said = new String(clients.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(clients.waitFor(10, TimeUnit.SECONDS));
            assertEquals(0, clients.exitValue(), said);
            assertTrue(said.contains("all arrived"), said);

            broker.destroy();
            assertTrue(broker.waitFor(30, TimeUnit.SECONDS), "the broker ends when told to");
            dumpcap.destroy();
            dumpcap.waitFor();
            assertEquals("", tshark(lab, capture, BAD_FRAMES));
            assertTrue(
                    tshark(lab, capture, "igmp.maddr == 239.77.0.1").contains("10.77.0.1"), "an IGMP report was seen");
        }
    }

    private static void awaitReady(Process broker) throws IOException {
        BufferedReader lines = broker.inputReader(StandardCharsets.UTF_8);
        StringBuilder said = new StringBuilder();
        String line = lines.readLine();
        while (line != null && !line.startsWith("READY")) {
            said.append(line).append('\n');
            line = lines.readLine();
        }
        assertNotNull(line, () -> "the broker did not come up: " + said);
        assertTrue(line.contains("kafka=10.77.0.1:9092"), line);
    }

    private static String tshark(Lab lab, String capture, String filter) throws IOException, InterruptedException {
        String output = lab.inside(
                "c",
                "sh",
                "-c",
                "tshark -r " + capture + " -d tcp.port==9092,data -d udp.port==30001,data"
                        + " -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE -Y '"
                        + filter
                        + "' 2>/dev/null | head -5");
        return output.strip();
    }
}
