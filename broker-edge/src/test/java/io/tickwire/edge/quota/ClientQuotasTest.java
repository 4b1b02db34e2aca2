package io.tickwire.edge.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.metrics.Quota;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.network.Session;
import org.apache.kafka.server.quota.ClientQuotaEntity.ConfigEntity;
import org.apache.kafka.server.quota.ClientQuotaManager;
import org.apache.kafka.server.quota.ControllerMutationQuota;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientQuotasTest {
    private static final Optional<ConfigEntity> ANY_USER = Optional.of(ClientQuotaManager.DEFAULT_USER_ENTITY);
    private static final Optional<ConfigEntity> ANY_CLIENT = Optional.of(ClientQuotaManager.DEFAULT_USER_CLIENT_ID);

    private final ManualTime time = new ManualTime();
    private final ClientQuotas quotas = ClientQuotas.withDefaults(time);
    private final InetAddress address = InetAddress.getLoopbackAddress();
    private final QuotaClient client = new QuotaClient(quotas, KafkaPrincipal.ANONYMOUS, address);

    @AfterEach
    void close() {
        quotas.close();
    }

    private static Optional<ConfigEntity> client(String id) {
        return Optional.of(new ClientQuotaManager.ClientIdEntity(id));
    }

    private void set(String key, Optional<ConfigEntity> user, Optional<ConfigEntity> clientId, double limit) {
        quotas.update(key, user, clientId, Optional.of(Quota.upperBound(limit)));
    }

    private void begin(String clientId, int length) {
        ByteBuffer frame = ByteBuffer.allocate(length);
        byte[] id = clientId.getBytes(StandardCharsets.UTF_8);
        frame.putLong(0).putShort((short) id.length).put(id);
        client.begin(new UnsafeBuffer(frame.array()), 0, length);
    }

    @Test
    void noQuotaSetNothingIsCounted() {
        assertFalse(quotas.any());
        begin("app", 1_000_000);
        assertEquals(0, client.produced(true));
        assertEquals(0, client.fetched(1 << 30));
        assertEquals(Integer.MAX_VALUE, client.largestFetch());
    }

    @Test
    void bytesProducedAboveTheRateWaitUntilTheWindowHoldsThem() {
        set("producer_byte_rate", Optional.empty(), client("app"), 1_000);
        assertTrue(quotas.any());
        begin("app", 10_000);
        assertEquals(0, client.produced(true));
        begin("app", 10_000);
        // 20,000 bytes against 1,000 a second over the ten whole windows that count.
        assertEquals(10_000, client.produced(true));
        begin("other", 10_000);
        assertEquals(0, client.produced(true));
        time.advance(30_000);
        begin("app", 5_000);
        assertEquals(0, client.produced(true));
    }

    @Test
    void quotaRemovedNobodyWaits() {
        set("producer_byte_rate", ANY_USER, Optional.empty(), 1);
        begin("app", 10_000);
        assertTrue(client.produced(false) > 0);
        quotas.update("producer_byte_rate", ANY_USER, Optional.empty(), Optional.empty());
        assertFalse(quotas.any());
        begin("app", 10_000);
        assertEquals(0, client.produced(false));
    }

    @Test
    void bytesFetchedAboveTheRateAreNotSentAndNotCounted() {
        set("consumer_byte_rate", Optional.empty(), ANY_CLIENT, 1_000);
        begin("app", 50);
        assertEquals(10_000, client.largestFetch());
        assertEquals(0, client.fetched(10_000));
        assertTrue(client.fetched(10_000) > 0);
        time.advance(11_000);
        begin("app", 50);
        assertEquals(0, client.fetched(5_000));
    }

    @Test
    void timeUsedAboveThePercentageWaitsOneWindowAtMost() {
        set("request_percentage", ANY_USER, Optional.empty(), 1);
        assertEquals(0, client.served("app", 1_000_000));
        assertEquals(1_000, client.served("app", 1_000_000_000));
    }

    @Test
    void changesAboveTheRateAreRefusedOrOnlyWaitByVersion() {
        set("controller_mutation_rate", ANY_USER, Optional.empty(), 1);
        Session session = new Session(KafkaPrincipal.ANONYMOUS, address);
        ControllerMutationQuota strict = quotas.mutations(session, "app", true);
        strict.record(20);
        assertEquals(0, strict.throttleTime());
        assertThrows(ThrottlingQuotaExceededException.class, () -> strict.record(1));
        assertTrue(strict.throttleTime() > 0);
        ControllerMutationQuota permissive = quotas.mutations(session, "app", false);
        permissive.record(1);
        assertTrue(permissive.throttleTime() > 0);
    }
}
