package io.tickwire.edge.metadata;

import io.tickwire.edge.quota.ClientQuotas;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.metrics.Quota;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.utils.Sanitizer;
import org.apache.kafka.image.ClientQuotaDelta;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.server.quota.ClientQuotaEntity.ConfigEntity;
import org.apache.kafka.server.quota.ClientQuotaManager;

/** Brings quotas in force as the cluster's metadata has them. */
public final class QuotaFeed implements ImageListener {
    private final ClientQuotas quotas;

    /** Updates {@code quotas}. */
    public QuotaFeed(ClientQuotas quotas) {
        this.quotas = quotas;
    }

    @Override
    public CompletionStage<Void> onImage(MetadataDelta delta, MetadataImage image) {
        if (delta.clientQuotasDelta() != null) {
            delta.clientQuotasDelta().changes().forEach(this::update);
        }
        return CompletableFuture.completedStage(null);
    }

    private void update(ClientQuotaEntity entity, ClientQuotaDelta changes) {
        Map<String, String> names = entity.entries();
        Optional<ConfigEntity> user = Optional.empty();
        if (names.containsKey(ClientQuotaEntity.USER)) {
            String name = names.get(ClientQuotaEntity.USER);
            user = Optional.of(
                    name == null
                            ? ClientQuotaManager.DEFAULT_USER_ENTITY
                            : new ClientQuotaManager.UserEntity(Sanitizer.sanitize(name)));
        }
        Optional<ConfigEntity> clientId = Optional.empty();
        if (names.containsKey(ClientQuotaEntity.CLIENT_ID)) {
            String name = names.get(ClientQuotaEntity.CLIENT_ID);
            clientId = Optional.of(
                    name == null
                            ? ClientQuotaManager.DEFAULT_USER_CLIENT_ID
                            : new ClientQuotaManager.ClientIdEntity(name));
        }
        if (user.isEmpty() && clientId.isEmpty()) {
            return; // An address: its one quota is about connections.
        }
        for (Map.Entry<String, OptionalDouble> change : changes.changes().entrySet()) {
            OptionalDouble value = change.getValue();
            quotas.update(
                    change.getKey(),
                    user,
                    clientId,
                    value.isPresent() ? Optional.of(Quota.upperBound(value.getAsDouble())) : Optional.empty());
        }
    }
}
