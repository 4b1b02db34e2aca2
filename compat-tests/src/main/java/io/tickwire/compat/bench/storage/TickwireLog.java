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

/** Tickwire's PartitionLog with default settings, validating each batch as a client's; a thread runs ahead of it, as in the broker. */
final class TickwireLog implements LogContender {
    private static final String TOPIC = "bench";
    private static final int MAX_SLICES = 64;

    private final Path directory;
    private final AppendResult result = new AppendResult();
    private final TimestampResult timestampResult = new TimestampResult();
    private final LogSlices slices = new LogSlices(MAX_SLICES);
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private final LogPretoucher pretoucher = new LogPretoucher();
    private final Thread pretoucherThread = new Thread(pretoucher, "pretoucher");
    private LogCatalog catalog;
    private PartitionLog log;

    TickwireLog(Path directory) throws IOException {
        this.directory = directory;
        pretoucherThread.setDaemon(true);
        pretoucherThread.start();
        open();
        log = catalog.create(new TopicKey(TOPIC, 1, 2, 0), LogSettings.defaults());
    }

    @Override
    public String name() {
        return "tickwire";
    }

    @Override
    public void append(UnsafeBuffer batch, int length) throws IOException {
        short error = log.append(batch, 0, length, AppendOrigin.CLIENT, 0, System.currentTimeMillis(), result);
        if (error != 0) {
            throw new IOException("append: error " + error + " " + result.errorMessage());
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
    public void reopen() throws IOException {
        catalog.close();
        open();
        log = catalog.get(TOPIC, 0);
    }

    private void open() throws IOException {
        catalog = LogCatalog.open(directory, CatalogOptions.defaults());
        catalog.pretoucher(pretoucher);
    }

    @Override
    public void close() throws IOException {
        catalog.close();
        pretoucher.close();
    }
}
