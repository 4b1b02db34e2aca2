package io.tickwire.edge.quota;

import java.net.InetAddress;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.network.Session;

/**
 * One connection's standing with the quotas: what its request in service has used, and how long the client is to wait for it.
 * Shard's thread only.
 */
public final class QuotaClient {
    // RequestHeader v1: key, version, correlation id, client id.
    private static final int CLIENT_ID_OFFSET = 8;

    private final ClientQuotas quotas;
    private final Session session;
    private boolean metered;
    private String clientId;
    private int requestBytes;
    private long startNs;
    private long parkedAfterNs;
    private boolean parked;

    /** For the connection of a client. */
    public QuotaClient(ClientQuotas quotas, KafkaPrincipal principal, InetAddress address) {
        this.quotas = quotas;
        session = new Session(principal, address);
    }

    /** A request of the hot path is served from now on; it lies, header first, in the buffer during this call. */
    public void begin(DirectBuffer frame, int offset, int length) {
        metered = quotas.any();
        if (metered) {
            parked = false;
            requestBytes = length;
            clientId = clientId(frame, offset, length);
            startNs = System.nanoTime();
        }
    }

    private static String clientId(DirectBuffer frame, int offset, int length) {
        int start = CLIENT_ID_OFFSET + Short.BYTES;
        int idLength = length < start ? 0 : frame.getShort(offset + CLIENT_ID_OFFSET, ByteOrder.BIG_ENDIAN);
        return idLength <= 0 || start + idLength > length
                ? ""
                : frame.getStringWithoutLengthUtf8(offset + start, idLength);
    }

    /** The request waits: its time until now was all that it uses. */
    public void park() {
        if (metered) {
            parkedAfterNs = System.nanoTime() - startNs;
            parked = true;
        }
    }

    /**
     * The request was a Produce and is done.
     *
     * @param acknowledged false where no answer is sent: then only its bytes count, as in Kafka
     * @return how long the client is to wait, milliseconds
     */
    public int produced(boolean acknowledged) {
        if (!metered) {
            return 0;
        }
        int forBytes = quotas.produced(session, clientId, requestBytes);
        return acknowledged ? Math.max(forBytes, quotas.served(session, clientId, usedNs())) : forBytes;
    }

    /**
     * The request was a Fetch and is to be answered with so many bytes. Where the client has to wait, it gets none of them.
     *
     * @return how long the client is to wait, milliseconds
     */
    public int fetched(long bytes) {
        if (!metered) {
            return 0;
        }
        int forTime = quotas.served(session, clientId, usedNs());
        int waitMs = Math.max(forTime, quotas.fetched(session, clientId, bytes));
        if (waitMs > 0) {
            quotas.notFetched(session, clientId, bytes);
        }
        return waitMs;
    }

    /** Most bytes that the Fetch in service may be answered with. */
    public long largestFetch() {
        return metered ? quotas.largestFetch(session, clientId) : Integer.MAX_VALUE;
    }

    private long usedNs() {
        return parked ? parkedAfterNs : System.nanoTime() - startNs;
    }

    /** Counts records delivered to a member of a share group, on any thread; the time to wait, milliseconds. */
    public int delivered(String client, long bytes) {
        return quotas.fetched(session, client, bytes);
    }

    /** Counts the thread time of a request of the control plane, on any thread; the time to wait, milliseconds. */
    public int served(String client, long usedNs) {
        return quotas.served(session, client, usedNs);
    }
}
