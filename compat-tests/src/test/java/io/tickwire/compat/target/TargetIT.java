package io.tickwire.compat.target;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.junit.jupiter.api.Test;

/** The brokers that everything else here relies on answer at the address they give. */
class TargetIT {

    @Test
    void referenceAnswersAtItsAddress() throws Exception {
        assertAnswers(Targets.reference());
    }

    private static void assertAnswers(Target target) throws Exception {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, target.bootstrap()))) {
            var nodes = admin.describeCluster().nodes().get();
            assertEquals(1, nodes.size());
            assertEquals(target.port(), nodes.iterator().next().port());
        }
    }
}
