package io.tickwire.compat.bench.storage;

import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.AppendOrigin;
import io.tickwire.storage.log.AppendResult;
import io.tickwire.storage.log.Isolation;
import io.tickwire.storage.log.LogPretoucher;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.LogSlices;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TimestampResult;
import io.tickwire.storage.log.TopicKey;
import java.io.IOException;
import java.nio.file.Path;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Tickwire's PartitionLog with default settings; a thread runs ahead of it, as in the broker. Either each batch is checked and
 * copied as a client's, or it is put into the claimed journal entry, where a feed handler would have encoded it.
 */
final class TickwireLog implements LogContender {
    private static final String TOPIC = "bench";
    private static final int MAX_SLICES = 64;

    private static final int LEADER_EPOCH = 0;

    private final Path directory;
    private final boolean client;
    private final UnsafeBuffer claimed = new UnsafeBuffer(0, 0);
    private final AppendResult result = new AppendResult();
    private final TimestampResult timestampResult = new TimestampResult();
    private final LogSlices slices = new LogSlices(MAX_SLICES);
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private final LogPretoucher pretoucher = new LogPretoucher();
    private final Thread pretoucherThread = new Thread(pretoucher, "pretoucher");
    private LogCatalog catalog;
    private PartitionLog log;

    /** Opens an empty log whose batches come from a client, or from a feed. */
    TickwireLog(Path directory, boolean client) throws IOException {
        this.directory = directory;
        this.client = client;
        pretoucherThread.setDaemon(true);
        pretoucherThread.start();
        open();
        log = catalog.create(new TopicKey(TOPIC, 1, 2, 0), LogSettings.defaults());
    }

    @Override
    public String name() {
        return client ? "tickwire" : "tickwire, feed";
    }

    @Override
    public void append(UnsafeBuffer batch, int length, long nowMs) throws IOException {
        short error = client
                ? log.append(batch, 0, length, AppendOrigin.CLIENT, LEADER_EPOCH, nowMs, result)
                : log.claim(length, nowMs, claimed);
        if (error != 0) {
            throw new IOException("append: error " + error + " " + result.errorMessage());
        }
        if (!client) {
            claimed.putBytes(0, batch, 0, length);
            log.commit(length, LEADER_EPOCH, nowMs, result);
        }
    }

    @Override
    public long read(long position, int maxBytes, MutableDirectBuffer target) throws IOException {
        short error = log.read(position, maxBytes, true, Isolation.UNCOMMITTED, slices);
        if (error != 0) {
            throw new IOException("read at " + position + ": error " + error);
        }
        int written = 0;
        for (int i = 0; i < slices.count(); i++) {
            view.wrap(slices.address(i), slices.length(i));
            target.putBytes(written, view, 0, slices.length(i));
            written += slices.length(i);
        }
        long next = slices.nextOffset();
        slices.release();
        return next;
    }

    @Override
    public void flush() {
        log.flush();
    }

    @Override
    public long end() {
        return log.logEndOffset();
    }

    @Override
    public long offsetForTimestamp(long timestampMs) throws IOException {
        short error = log.offsetForTimestamp(timestampMs, timestampResult);
        if (error != 0) {
            throw new IOException("offset for " + timestampMs + ": error " + error);
        }
        return timestampResult.offset();
    }

    @Override
    public void shut() throws IOException {
        catalog.close();
    }

    @Override
    public void open() throws IOException {
        catalog = LogCatalog.open(directory, CatalogOptions.defaults());
        catalog.pretoucher(pretoucher);
        log = catalog.get(TOPIC, 0);
    }

    @Override
    public void close() throws IOException {
        catalog.close();
        pretoucher.close();
    }
}
