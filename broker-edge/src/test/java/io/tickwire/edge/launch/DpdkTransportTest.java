package io.tickwire.edge.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.config.ConfigException;
import io.tickwire.edge.config.DpdkConfig;
import io.tickwire.net.ip.IpSettings;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DpdkTransportTest {
    private static DpdkConfig config(String device, String address, String gateway) {
        return new DpdkConfig(device, List.of(), address, gateway, -1, 1023, 1500, 0, false, true);
    }

    @Test
    void addressAndGatewayOfOneNetworkAreTaken() {
        IpSettings ip = DpdkTransport.ip(config("net_ring0", "10.77.0.1/24", "10.77.0.254"));
        assertEquals(0x0A4D0001, ip.address);
        assertEquals(24, ip.prefixLength);
        assertEquals(0x0A4D00FE, ip.gateway);
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', net.dpdk.address",
        "10.77.0.1, '', net.dpdk.address",
        "10.77.0.1/33, '', net.dpdk.address",
        "239.0.0.1/24, '', net.dpdk.address",
        "10.77.0.1/24, 10.78.0.1, net.dpdk.gateway",
        "10.77.0.1/24, 10.77.0.1, net.dpdk.gateway",
        "10.77.0.1/24, here, net.dpdk.gateway"
    })
    void wrongAddressIsRefusedByItsKey(String address, String gateway, String key) {
        ConfigException refused =
                assertThrows(ConfigException.class, () -> DpdkTransport.open(config("net_ring0", address, gateway), 1));
        assertTrue(refused.getMessage().startsWith(key + " = '"), refused.getMessage());
    }

    @Test
    void oneCoreForSeveralShardsIsRefused() {
        DpdkConfig config = new DpdkConfig("net_ring0", List.of(), "10.77.0.1/24", "", 1, 1023, 1500, 0, false, true);
        ConfigException refused = assertThrows(ConfigException.class, () -> DpdkTransport.open(config, 2));
        assertTrue(refused.getMessage().startsWith("net.dpdk.core = '1'"), refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"''", "eth0", "0000:03:00.0"})
    void deviceThatCannotBeIsRefusedBeforeDpdkStarts(String device) {
        ConfigException refused =
                assertThrows(ConfigException.class, () -> DpdkTransport.open(config(device, "10.77.0.1/24", ""), 1));
        assertTrue(refused.getMessage().startsWith("net.dpdk.device = '" + device), refused.getMessage());
    }
}
