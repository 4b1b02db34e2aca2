package io.tickwire.edge.transaction;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidRegularExpression;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;
import org.apache.kafka.coordinator.transaction.TransactionState;

/** What the coordinator tells of its transactions. Control thread. */
public final class TransactionQueries {
    private final TransactionService service;
    private final Time time;

    /** Asks {@code service}. */
    public TransactionQueries(TransactionService service, Time time) {
        this.service = service;
        this.time = time;
    }

    /** One transactional id's state, or its error. */
    public DescribeTransactionsResponseData.TransactionState describe(String transactionalId) {
        DescribeTransactionsResponseData.TransactionState state =
                new DescribeTransactionsResponseData.TransactionState().setTransactionalId(transactionalId);
        if (transactionalId.isEmpty()) {
            return state.setErrorCode(Errors.INVALID_REQUEST.code());
        }
        int partition = service.partitionFor(transactionalId);
        if (!service.store().contains(partition)) {
            return state.setErrorCode(Errors.NOT_COORDINATOR.code());
        }
        TransactionMetadata transaction = service.store().get(partition, transactionalId);
        if (transaction == null) {
            return state.setErrorCode(Errors.TRANSACTIONAL_ID_NOT_FOUND.code());
        }
        for (TopicPartition member : transaction.topicPartitions()) {
            DescribeTransactionsResponseData.TopicData topic = state.topics().find(member.topic());
            if (topic == null) {
                topic = new DescribeTransactionsResponseData.TopicData().setTopic(member.topic());
                state.topics().add(topic);
            }
            topic.partitions().add(member.partition());
        }
        return state.setProducerId(transaction.producerId())
                .setProducerEpoch(transaction.producerEpoch())
                .setTransactionState(transaction.state().stateName())
                .setTransactionTimeoutMs(transaction.txnTimeoutMs())
                .setTransactionStartTimeMs(transaction.txnStartTimestamp());
    }

    /**
     * The transactions that pass the request's filters.
     *
     * @throws InvalidRegularExpression when its pattern is none
     */
    public ListTransactionsResponseData list(ListTransactionsRequestData request) {
        ListTransactionsResponseData response = new ListTransactionsResponseData();
        Set<TransactionState> states = EnumSet.noneOf(TransactionState.class);
        for (String name : new LinkedHashSet<>(request.stateFilters())) {
            TransactionState.fromName(name)
                    .ifPresentOrElse(
                            states::add, () -> response.unknownStateFilters().add(name));
        }
        Set<Long> producers = new HashSet<>(request.producerIdFilters());
        Pattern pattern = pattern(request.transactionalIdPattern());
        long nowMs = time.milliseconds();
        List<ListTransactionsResponseData.TransactionState> found = new ArrayList<>();
        for (int partition : service.store().partitions()) {
            for (TransactionMetadata transaction : service.store().all(partition)) {
                boolean wanted = (producers.isEmpty() || producers.contains(transaction.producerId()))
                        && (request.stateFilters().isEmpty() || states.contains(transaction.state()))
                        && (request.durationFilter() < 0
                                || nowMs - transaction.txnStartTimestamp() > request.durationFilter())
                        && (pattern == null
                                || pattern.matcher(transaction.transactionalId())
                                        .matches());
                if (wanted) {
                    found.add(new ListTransactionsResponseData.TransactionState()
                            .setTransactionalId(transaction.transactionalId())
                            .setProducerId(transaction.producerId())
                            .setTransactionState(transaction.state().stateName()));
                }
            }
        }
        return response.setTransactionStates(found);
    }

    private static Pattern pattern(String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new InvalidRegularExpression(
                    "Transaction ID pattern `" + text + "` is not a valid regular expression: " + e.getMessage() + ".");
        }
    }
}
