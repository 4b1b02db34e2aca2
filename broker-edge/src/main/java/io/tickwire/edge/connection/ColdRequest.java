package io.tickwire.edge.connection;

import io.tickwire.edge.handler.ResponseBytes;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.RequestContext;

/**
 * A request parsed by Kafka's own classes.
 *
 * @param context who asks, and the header
 * @param request the body
 */
record ColdRequest(RequestContext context, AbstractRequest request) {
    /** Whether this is an ApiVersions request newer than this broker, which is answered in version 0 (KIP-511). */
    boolean isUnknownApiVersions() {
        return request instanceof ApiVersionsRequest versions && versions.hasUnsupportedRequestVersion();
    }

    /** The answer of KIP-511: an error, and the versions of ApiVersions that are served. */
    ByteBuffer unknownApiVersionsAnswer() {
        return bytes(request.getErrorResponse(0, new UnsupportedVersionException("version of ApiVersions"))
                .data());
    }

    /** The response as bytes, or null when none is sent. */
    ByteBuffer bytes(ApiMessage response) {
        if (response == null) {
            return null;
        }
        short version = isUnknownApiVersions() ? ApiKeys.API_VERSIONS.oldestVersion() : context.header.apiVersion();
        return ResponseBytes.of(context.header, response, version);
    }

    /** The answer to a request whose handler failed, or null when none is sent. */
    ByteBuffer failure(Throwable failure, int throttleMs) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        AbstractResponse response = request.getErrorResponse(throttleMs, cause);
        return response == null ? null : bytes(response.data());
    }
}
