package io.tickwire.edge.launch;

import io.tickwire.edge.agent.ShardPeers;
import io.tickwire.edge.handler.ShardHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;

/** Has requests of one shard's connections served by another shard. */
final class PassedOnHandler implements ShardHandler {
    private final ShardHandler handler;
    private final ShardPeers peers;
    private final int shard;

    /**
     * Makes the stand-in of a handler.
     *
     * @param peers way of the shard that has the connections
     * @param shard serves
     */
    PassedOnHandler(ShardHandler handler, ShardPeers peers, int shard) {
        this.handler = handler;
        this.peers = peers;
        this.shard = shard;
    }

    @Override
    public ApiKeys key() {
        return handler.key();
    }

    @Override
    public short minVersion() {
        return handler.minVersion();
    }

    @Override
    public short maxVersion() {
        return handler.maxVersion();
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage request) {
        CompletableFuture<ApiMessage> answer = new CompletableFuture<>();
        peers.send(shard, receiver -> serve(context, request, answer));
        return answer;
    }

    /** On the shard that serves. */
    private void serve(RequestContext context, ApiMessage request, CompletableFuture<ApiMessage> answer) {
        try {
            CompletionStage<Boolean> _ = handler.handle(context, request)
                    .handle((response, failure) ->
                            failure == null ? answer.complete(response) : answer.completeExceptionally(failure));
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }
}
