package io.tickwire.net.dpdk;

import io.tickwire.net.device.Frame;
import io.tickwire.net.device.FramePool;
import io.tickwire.net.dpdk.ffi.DpdkException;
import io.tickwire.net.dpdk.ffi.PoolCalls;
import io.tickwire.net.dpdk.ffi.PoolOperations;
import org.agrona.UnsafeApi;

/**
 * A pool of mbufs. The thread that first allocates, frees or receives becomes its owner and is registered with DPDK, so that it has the
 * cache that its queue's driver uses too; taking and giving frames is then a push or pop here in Java, and a call into DPDK only when the
 * cache runs dry or over, or for frames with more references, segments or strange pools. No allocation.
 */
public final class DpdkPool implements FramePool, AutoCloseable {
    private static final int UNBOUND_CACHE_BYTES = 128;
    /** data_off 128, refcnt 1, nb_segs 1, port 0xFFFF: what {@code rte_pktmbuf_reset} leaves behind. */
    private static final long FRESH = 0xFFFF_0001_0001_0080L;
    /** refcnt 1 and nb_segs 1, where they are in the eight bytes at {@link Frame#DATA_OFFSET_OFFSET}. */
    private static final long SINGLE = 0x0000_0001_0001_0000L;

    private static final long SINGLE_MASK = 0x0000_FFFF_FFFF_0000L;
    private static final long INDIRECT = 1L << 62;
    private static final long ATTACHED = INDIRECT | Frame.EXTERNAL;

    private final Eal eal;
    private final PoolCalls calls;
    private final PoolOperations operations;
    private final int capacity;
    private final int dataRoom;
    private final int cacheSize;
    /** An empty cache of size zero until there is an owner: both hot paths then fall through to the slow ones. */
    private final long unboundCache;

    private final long scratch;
    private long pool;
    private long cache;
    private Thread owner;
    private long exhausted;

    DpdkPool(final Eal eal, final int capacity, final int cacheSize, final int bufferBytes) {
        this.eal = eal;
        this.capacity = capacity;
        this.cacheSize = cacheSize;
        dataRoom = bufferBytes - Frame.HEADROOM_BYTES;
        calls = eal.poolCalls();
        pool = calls.create(Eal.nextPoolName(), capacity, cacheSize, bufferBytes);
        operations = calls.operations(pool);
        unboundCache = UnsafeApi.allocateMemory(UNBOUND_CACHE_BYTES);
        UnsafeApi.setMemory(unboundCache, UNBOUND_CACHE_BYTES, (byte) 0);
        scratch = unboundCache + PoolCalls.CACHE_OBJECTS_OFFSET;
        cache = unboundCache;
    }

    /** Makes the calling thread the owner; idempotent for it. */
    void bind() {
        if (cache != unboundCache) {
            return;
        }
        final long threadCache = PoolCalls.cache(pool, eal.enterThread());
        if (UnsafeApi.getInt(threadCache) != cacheSize) {
            throw new DpdkException("the layout of rte_mempool_cache in " + eal.version() + " is not the one known");
        }
        owner = Thread.currentThread();
        cache = threadCache;
    }

    /** Gives the thread's cached frames back to the pool behind and forgets the owner, who calls this. */
    void unbind() {
        if (cache == unboundCache) {
            return;
        }
        final int length = UnsafeApi.getInt(cache + PoolCalls.CACHE_LENGTH_OFFSET);
        if (length > 0) {
            operations.enqueue(cache + PoolCalls.CACHE_OBJECTS_OFFSET, length);
            UnsafeApi.putInt(cache + PoolCalls.CACHE_LENGTH_OFFSET, 0);
        }
        cache = unboundCache;
        owner = null;
    }

    @Override
    public long allocate() {
        int length = UnsafeApi.getInt(cache + PoolCalls.CACHE_LENGTH_OFFSET);
        if (length == 0) {
            length = refill();
            if (length == 0) {
                exhausted++;
                return Frame.NULL;
            }
        }
        assert owner == Thread.currentThread() : "pool of " + owner;
        length--;
        UnsafeApi.putInt(cache + PoolCalls.CACHE_LENGTH_OFFSET, length);
        final long frame = UnsafeApi.getLong(cache + PoolCalls.CACHE_OBJECTS_OFFSET + (long) length * Long.BYTES);
        reset(frame);
        return frame;
    }

    /** Frames in a pool have one reference and no chain; the rest is set here as {@code rte_pktmbuf_reset} does. */
    private static void reset(final long frame) {
        UnsafeApi.putLong(frame + Frame.DATA_OFFSET_OFFSET, FRESH);
        UnsafeApi.putLong(frame + Frame.FLAGS_OFFSET, 0);
        UnsafeApi.putLong(frame + Frame.PACKET_TYPE_OFFSET, 0); // and the frame's length
        UnsafeApi.putInt(frame + Frame.SEGMENT_LENGTH_OFFSET, 0); // and the VLAN
        UnsafeApi.putLong(frame + Frame.TRANSMIT_OFFLOAD_OFFSET, 0);
    }

    private int refill() {
        bind();
        final long objects = cache + PoolCalls.CACHE_OBJECTS_OFFSET;
        int count = cacheSize;
        // All or none: the last few of a pool are taken in ever smaller helpings.
        while (count > 0 && operations.dequeue(objects, count) != 0) {
            count >>>= 1;
        }
        UnsafeApi.putInt(cache + PoolCalls.CACHE_LENGTH_OFFSET, count);
        return count;
    }

    @Override
    public void free(final long frame) {
        if ((UnsafeApi.getLong(frame + Frame.DATA_OFFSET_OFFSET) & SINGLE_MASK) != SINGLE
                || (UnsafeApi.getLong(frame + Frame.FLAGS_OFFSET) & ATTACHED) != 0
                || UnsafeApi.getLong(frame + Frame.POOL_OFFSET) != pool
                || UnsafeApi.getLong(frame + Frame.NEXT_OFFSET) != Frame.NULL) {
            freeSlowly(frame);
            return;
        }
        int length = UnsafeApi.getInt(cache + PoolCalls.CACHE_LENGTH_OFFSET);
        if (length >= UnsafeApi.getInt(cache + PoolCalls.CACHE_THRESHOLD_OFFSET)) {
            length = flush(length);
        }
        assert owner == Thread.currentThread() : "pool of " + owner;
        UnsafeApi.putLong(cache + PoolCalls.CACHE_OBJECTS_OFFSET + (long) length * Long.BYTES, frame);
        UnsafeApi.putInt(cache + PoolCalls.CACHE_LENGTH_OFFSET, length + 1);
    }

    private int flush(final int length) {
        if (cache == unboundCache) {
            bind();
            return UnsafeApi.getInt(cache + PoolCalls.CACHE_LENGTH_OFFSET);
        }
        final int kept = cacheSize / 2;
        operations.enqueue(cache + PoolCalls.CACHE_OBJECTS_OFFSET + (long) kept * Long.BYTES, length - kept);
        return kept;
    }

    private void freeSlowly(final long frame) {
        bind();
        UnsafeApi.putLong(scratch, frame);
        operations.free(scratch, 1);
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public int available() {
        return calls.available(pool);
    }

    @Override
    public int dataRoom() {
        return dataRoom;
    }

    @Override
    public long exhausted() {
        return exhausted;
    }

    long address() {
        return pool;
    }

    /** Takes a frame straight from the pool and compares what DPDK wrote into it with {@link Frame}'s offsets. */
    void checkFrameLayout() {
        if (operations.dequeue(scratch, 1) != 0) {
            throw new DpdkException("a fresh pool gives no frame");
        }
        final long frame = UnsafeApi.getLong(scratch);
        final boolean known = UnsafeApi.getLong(frame + Frame.BUFFER_ADDRESS_OFFSET) == frame + Frame.DESCRIPTOR_BYTES
                && Frame.bufferLength(frame) == dataRoom + Frame.HEADROOM_BYTES
                && UnsafeApi.getLong(frame + Frame.POOL_OFFSET) == pool
                && (UnsafeApi.getLong(frame + Frame.DATA_OFFSET_OFFSET) & SINGLE_MASK) == SINGLE
                && Frame.next(frame) == Frame.NULL;
        operations.enqueue(scratch, 1);
        if (!known) {
            throw new DpdkException("the layout of rte_mbuf in " + eal.version() + " is not the one known");
        }
    }

    /** Releases the pool; every frame of it is dead. */
    @Override
    public void close() {
        if (pool != 0) {
            calls.release(pool);
            pool = 0;
            cache = unboundCache;
            UnsafeApi.freeMemory(unboundCache);
        }
    }
}
