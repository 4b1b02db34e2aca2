package io.tickwire.edge.handler;

import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;

/** A handler that needs the shard's partitions but is no hot path: called on the shard's thread, with Kafka's own classes. */
public interface ShardHandler extends Handler {
    /**
     * Serves a request without blocking.
     *
     * @param request the parsed body, which owns its memory
     * @return the response, complete already as a rule; otherwise as {@link ControlHandler#handle}
     */
    CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage request);
}
