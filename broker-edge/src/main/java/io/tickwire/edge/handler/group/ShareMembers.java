package io.tickwire.edge.handler.group;

import org.apache.kafka.common.errors.InvalidRequestException;

/** The rule for member ids of share groups, the same in every request that carries one. */
public final class ShareMembers {
    /** Length of a UUID as text. */
    private static final int LONGEST_ID = 36;

    private ShareMembers() {}

    /**
     * Refuses an id that is null, empty or longer than a UUID.
     *
     * @throws InvalidRequestException when it is; the response carries INVALID_REQUEST
     */
    public static void requireValidId(String memberId) {
        if (memberId == null || memberId.isEmpty() || memberId.length() > LONGEST_ID) {
            throw new InvalidRequestException("Invalid member id in the request.");
        }
    }
}
