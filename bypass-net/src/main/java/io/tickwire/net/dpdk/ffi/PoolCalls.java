package io.tickwire.net.dpdk.ffi;

import static io.tickwire.net.dpdk.ffi.Downcalls.INT;
import static io.tickwire.net.dpdk.ffi.Downcalls.LONG;
import static io.tickwire.net.dpdk.ffi.Downcalls.SHORT;

import java.lang.invoke.MethodHandle;
import org.agrona.UnsafeApi;

/**
 * {@code rte_mempool} and {@code rte_pktmbuf}: set-up, and the calls that refill and flush a thread's cache.
 *
 * <pre>
 *   rte_mempool        0 name (26)  64 size (4)  68 cache size (4)  72 element size (4)  88 ops index (4)  96 caches (8)
 *   rte_mempool_cache  0 size (4)  4 flush threshold (4)  8 length (4)  64 objects (8 × 1,024); 8,256 bytes, one per lcore
 *   rte_mempool_ops    48 enqueue  56 dequeue; 128 bytes each from byte 64 of the table
 * </pre>
 */
public final class PoolCalls {
    public static final int CACHE_LENGTH_OFFSET = 8;
    public static final int CACHE_OBJECTS_OFFSET = 64;
    public static final int CACHE_THRESHOLD_OFFSET = 4;

    private static final int CACHE_BYTES = 8256;
    private static final int POOL_SIZE_OFFSET = 64;
    private static final int POOL_CACHE_SIZE_OFFSET = 68;
    private static final int POOL_ELEMENT_SIZE_OFFSET = 72;
    private static final int POOL_OPS_INDEX_OFFSET = 88;
    private static final int POOL_CACHES_OFFSET = 96;
    private static final int OPS_TABLE_HEAD_BYTES = 64;
    private static final int OPS_BYTES = 128;
    private static final int OPS_ENQUEUE_OFFSET = 48;
    private static final int OPS_DEQUEUE_OFFSET = 56;
    private static final int OPS_MAX = 16;
    private static final int NAME_LIMIT = 26;
    private static final int ANY_SOCKET = -1;

    private final DpdkLibrary library;
    private final MethodHandle create;
    private final MethodHandle release;
    private final MethodHandle available;
    private final long freeBulk;

    public PoolCalls(final DpdkLibrary library) {
        this.library = library;
        create = Downcalls.find(library.mbuf(), "rte_pktmbuf_pool_create", LONG, LONG, INT, INT, SHORT, SHORT, INT);
        release = Downcalls.find(library.mempool(), "rte_mempool_free", null, LONG);
        available = Downcalls.find(library.mempool(), "rte_mempool_avail_count", INT, LONG);
        freeBulk = DpdkLibrary.symbol(library.mbuf(), "rte_pktmbuf_free_bulk");
    }

    /**
     * Creates a pool of mbufs and checks that it looks as the layouts say.
     *
     * @param name unique, at most 25 bytes.
     * @param count of mbufs.
     * @param cacheSize mbufs kept per registered thread, at most 512.
     * @param bufferBytes of each mbuf, headroom included.
     * @throws DpdkException when there is no memory, or the library's layout is another.
     */
    public long create(final String name, final int count, final int cacheSize, final int bufferBytes) {
        final long nameText = Downcalls.allocateText(name);
        final long pool;
        final int errorNumber;
        try {
            pool = Downcalls.callLong(create, nameText, count, cacheSize, (short) 0, (short) bufferBytes, ANY_SOCKET);
            errorNumber = pool == 0 ? library.errorNumber() : 0;
        } finally {
            UnsafeApi.freeMemory(nameText);
        }
        if (pool == 0) {
            throw new DpdkException(
                    "no memory for a pool of " + count + " frames of " + bufferBytes + " bytes ("
                            + Libc.errorText(errorNumber) + "): give DPDK more memory or ask for fewer frames",
                    errorNumber);
        }
        final int elementBytes = UnsafeApi.getInt(pool + POOL_ELEMENT_SIZE_OFFSET);
        final int opsIndex = UnsafeApi.getInt(pool + POOL_OPS_INDEX_OFFSET);
        if (!Downcalls.text(pool, NAME_LIMIT).equals(name)
                || UnsafeApi.getInt(pool + POOL_SIZE_OFFSET) != count
                || UnsafeApi.getInt(pool + POOL_CACHE_SIZE_OFFSET) != cacheSize
                || elementBytes < bufferBytes
                || elementBytes > bufferBytes + 256
                || opsIndex < 0
                || opsIndex >= OPS_MAX) {
            throw new DpdkException("the layout of rte_mempool in " + library.version() + " is not the one known");
        }
        return pool;
    }

    /** Releases a pool; every frame of it is dead. */
    public void release(final long pool) {
        Downcalls.call(release, pool);
    }

    /** Mbufs in the pool and in its caches. */
    public int available(final long pool) {
        return Downcalls.callInt(available, pool);
    }

    /** Address of a registered thread's cache. */
    public static long cache(final long pool, final int lcoreId) {
        return UnsafeApi.getLong(pool + POOL_CACHES_OFFSET) + (long) lcoreId * CACHE_BYTES;
    }

    /** What the pool does behind the caches. */
    public PoolOperations operations(final long pool) {
        final long operations = library.poolOpsTable()
                + OPS_TABLE_HEAD_BYTES
                + (long) UnsafeApi.getInt(pool + POOL_OPS_INDEX_OFFSET) * OPS_BYTES;
        return new PoolOperations(
                pool,
                UnsafeApi.getLong(operations + OPS_ENQUEUE_OFFSET),
                UnsafeApi.getLong(operations + OPS_DEQUEUE_OFFSET),
                freeBulk);
    }
}
