package io.tickwire.edge.handler;

import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;

/** A handler of the control plane: called on the conductor's thread. */
public interface ControlHandler extends Handler {
    /**
     * Serves a request.
     *
     * @param request the parsed body, which owns its memory
     * @return the response, to be completed on any thread; null as its value sends none. A failure is answered as Kafka does:
     *     with the error of the exception, in the shape of the request's own error response
     */
    CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage request);
}
