package io.tickwire.edge.handler.group;

import io.tickwire.edge.handler.ControlHandler;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;

/** LeaveGroup of one member or, since version 3, of several. */
public final class LeaveGroupHandler implements ControlHandler {
    private static final short FIRST_WITH_MEMBERS = 3;

    private final GroupServices services;

    /** Serves through {@code services}. */
    public LeaveGroupHandler(GroupServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.LEAVE_GROUP;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        LeaveGroupRequestData request = (LeaveGroupRequestData) message;
        services.require(context, AclOperation.READ, request.groupId());
        return services.coordinator()
                .leaveGroup(context, normalised(request, context.apiVersion()))
                .thenApply(response -> shaped(response, context.apiVersion()));
    }

    private static LeaveGroupRequestData normalised(LeaveGroupRequestData request, short version) {
        if (version >= FIRST_WITH_MEMBERS) {
            return request;
        }
        return new LeaveGroupRequestData()
                .setGroupId(request.groupId())
                .setMembers(List.of(new LeaveGroupRequestData.MemberIdentity().setMemberId(request.memberId())));
    }

    /** Before version 3 the one member's error stands for the whole. */
    private static LeaveGroupResponseData shaped(LeaveGroupResponseData response, short version) {
        if (version >= FIRST_WITH_MEMBERS) {
            return response;
        }
        short error = response.errorCode();
        if (error == Errors.NONE.code() && !response.members().isEmpty()) {
            error = response.members().getFirst().errorCode();
        }
        return new LeaveGroupResponseData().setErrorCode(error);
    }
}
