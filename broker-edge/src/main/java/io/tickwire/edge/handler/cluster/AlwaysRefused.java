package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData;
import org.apache.kafka.common.message.DescribeDelegationTokenResponseData;
import org.apache.kafka.common.message.ExpireDelegationTokenResponseData;
import org.apache.kafka.common.message.RenewDelegationTokenResponseData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.CreateDelegationTokenResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/**
 * A request that a broker never grants over a listener without authentication: SASL's, which come too late, and those about
 * delegation tokens, which are only for who has proved an identity.
 *
 * @param key the request
 * @param answer the refusal
 */
public record AlwaysRefused(ApiKeys key, Answer answer) implements ControlHandler {
    private static final short NOT_ALLOWED = Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.code();
    private static final short TOO_LATE = Errors.ILLEGAL_SASL_STATE.code();

    /** Words a refusal. */
    public interface Answer {
        /** The response to a request. */
        ApiMessage to(RequestContext context, ApiMessage request);
    }

    /** One for each. */
    public static List<ControlHandler> all() {
        return List.of(
                new AlwaysRefused(
                        ApiKeys.SASL_HANDSHAKE,
                        (context, request) -> new SaslHandshakeResponseData().setErrorCode(TOO_LATE)),
                new AlwaysRefused(
                        ApiKeys.SASL_AUTHENTICATE,
                        (context, request) -> new SaslAuthenticateResponseData()
                                .setErrorCode(TOO_LATE)
                                .setErrorMessage("SaslAuthenticate request received after successful authentication")),
                new AlwaysRefused(
                        ApiKeys.CREATE_DELEGATION_TOKEN,
                        (context, request) -> noToken(context, (CreateDelegationTokenRequestData) request)),
                new AlwaysRefused(
                        ApiKeys.RENEW_DELEGATION_TOKEN,
                        (context, request) -> new RenewDelegationTokenResponseData()
                                .setErrorCode(NOT_ALLOWED)
                                .setExpiryTimestampMs(-1)),
                new AlwaysRefused(
                        ApiKeys.EXPIRE_DELEGATION_TOKEN,
                        (context, request) -> new ExpireDelegationTokenResponseData()
                                .setErrorCode(NOT_ALLOWED)
                                .setExpiryTimestampMs(-1)),
                new AlwaysRefused(
                        ApiKeys.DESCRIBE_DELEGATION_TOKEN,
                        (context, request) -> new DescribeDelegationTokenResponseData().setErrorCode(NOT_ALLOWED)));
    }

    private static ApiMessage noToken(RequestContext context, CreateDelegationTokenRequestData request) {
        String owner = request.ownerPrincipalName();
        return CreateDelegationTokenResponse.prepareResponse(
                        context.apiVersion(),
                        0,
                        Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED,
                        owner == null || owner.isEmpty()
                                ? context.principal
                                : new KafkaPrincipal(request.ownerPrincipalType(), owner),
                        context.principal)
                .data();
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage request) {
        return CompletableFuture.completedStage(answer.to(context, request));
    }
}
