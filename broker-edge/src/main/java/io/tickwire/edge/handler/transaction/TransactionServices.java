package io.tickwire.edge.handler.transaction;

import io.tickwire.edge.security.AccessControl;
import io.tickwire.edge.transaction.MarkerWriter;
import io.tickwire.edge.transaction.ProducerIds;
import io.tickwire.edge.transaction.TransactionQueries;
import io.tickwire.edge.transaction.TransactionService;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.metadata.KRaftMetadataCache;

/**
 * What the transactions' handlers share.
 *
 * @param coordinator the transaction coordinator
 * @param queries what it tells of its transactions
 * @param ids producer ids without transactions
 * @param markers ends of transactions by hand
 * @param groups where transactions commit offsets
 * @param cache topics by name
 * @param access who may do what
 */
public record TransactionServices(
        TransactionService coordinator,
        TransactionQueries queries,
        ProducerIds ids,
        MarkerWriter markers,
        GroupCoordinator groups,
        KRaftMetadataCache cache,
        AccessControl access) {

    /**
     * Refuses unless the operation on the transactional id is allowed.
     *
     * @throws TransactionalIdAuthorizationException when it is not
     */
    void require(RequestContext context, AclOperation operation, String transactionalId) {
        if (!access.allows(context, operation, ResourceType.TRANSACTIONAL_ID, transactionalId)) {
            throw new TransactionalIdAuthorizationException(
                    "Transactional id " + transactionalId + " is not authorized");
        }
    }
}
