package io.tickwire.edge.handler;

import java.util.ArrayDeque;

/** Responses of one shard, for use again. As many exist as were ever in flight together: one a connection at most. */
public final class HotResponsePool {
    private final ArrayDeque<HotResponse> free = new ArrayDeque<>();
    private int inUse;

    /** An empty response. */
    public HotResponse acquire() {
        inUse++;
        HotResponse response = free.poll();
        return response == null ? new HotResponse(this) : response;
    }

    void release(HotResponse response) {
        inUse--;
        free.push(response);
    }

    /** Responses that are being made or sent. */
    public int inUse() {
        return inUse;
    }
}
