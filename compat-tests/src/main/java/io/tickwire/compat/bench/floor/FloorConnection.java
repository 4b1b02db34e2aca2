package io.tickwire.compat.bench.floor;

import io.tickwire.kafka.frame.RequestHeaderFlyweight;
import io.tickwire.kafka.hot.ProduceRequestDecoder;
import io.tickwire.kafka.hot.ProduceResponseEncoder;
import io.tickwire.kafka.message.KafkaRequests;
import io.tickwire.kafka.message.KafkaResponses;
import io.tickwire.kafka.message.MalformedRequestException;
import io.tickwire.kafka.primitive.KafkaErrors;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.agrona.CloseHelper;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** One client: a thread that reads a request with one system call, in the best case, and answers it with another. */
final class FloorConnection implements Runnable {
    private static final int SIZE_BYTES = 4;
    private static final int LARGEST_FRAME = 64 << 20;
    private static final int RESPONSE_BYTES = 256 << 10;

    private final SocketChannel channel;
    private final FloorState state;
    private final FloorControl control;
    private final FloorFetch fetch;
    private final RequestHeaderFlyweight header = new RequestHeaderFlyweight();
    private final ProduceRequestDecoder produce = new ProduceRequestDecoder();
    private final ProduceResponseEncoder produced = new ProduceResponseEncoder();
    private final ByteBuffer response = ByteBuffer.allocateDirect(RESPONSE_BYTES);
    private final UnsafeBuffer responseView = new UnsafeBuffer(response);
    private ByteBuffer input = ByteBuffer.allocateDirect(2 << 20);
    private UnsafeBuffer inputView = new UnsafeBuffer(input);

    FloorConnection(SocketChannel channel, FloorState state, FloorControl control, int number) {
        this.channel = channel;
        this.state = state;
        this.control = control;
        fetch = new FloorFetch(number, state, this::send);
    }

    @Override
    public void run() {
        try (channel) {
            while (channel.read(input) >= 0) {
                takeFrames();
            }
        } catch (IOException | MalformedRequestException e) {
            System.err.println("connection ended: " + e);
        } finally {
            synchronized (state) {
                state.forget(fetch);
            }
        }
    }

    private void takeFrames() throws IOException, MalformedRequestException {
        input.flip();
        while (input.remaining() >= SIZE_BYTES) {
            int length = input.getInt(input.position());
            if (length < RequestHeaderFlyweight.MIN_BYTES || length > LARGEST_FRAME) {
                throw new ProtocolException("a frame of " + length + " bytes");
            }
            if (input.remaining() < SIZE_BYTES + length) {
                makeRoom(SIZE_BYTES + length);
                break;
            }
            serve(input.position() + SIZE_BYTES, length);
            input.position(input.position() + SIZE_BYTES + length);
        }
        input.compact();
    }

    private void makeRoom(int bytes) {
        if (bytes > input.capacity()) {
            ByteBuffer larger =
                    ByteBuffer.allocateDirect(bytes).put(input.duplicate()).flip();
            input = larger;
            inputView = new UnsafeBuffer(input);
        }
    }

    private void serve(int offset, int length) throws IOException, MalformedRequestException {
        if (header.wrap(inputView, offset, length) != RequestHeaderFlyweight.OK) {
            throw new ProtocolException("request header");
        }
        synchronized (state) {
            // Answers go out in the requests' order.
            state.release(fetch);
            boolean wellFormed = switch (header.apiKey()) {
                case ProduceRequestDecoder.API_KEY -> produce();
                case 1 ->
                    fetch.serve(
                            inputView,
                            header.bodyOffset(),
                            header.bodyLength(),
                            header.apiVersion(),
                            header.correlationId());
                default -> other(offset, length);
            };
            if (!wellFormed) {
                throw new ProtocolException("key " + header.apiKey());
            }
        }
    }

    private boolean produce() {
        short version = header.apiVersion();
        if (!produce.wrap(inputView, header.bodyOffset(), header.bodyLength(), version)) {
            return false;
        }
        produced.begin(responseView, 0, RESPONSE_BYTES, version, header.correlationId(), produce.topicCount());
        while (produce.nextTopic()) {
            FloorTopic topic = state.find(produce.topic());
            produced.topic(produce.topic(), produce.partitionCount());
            while (produce.nextPartition()) {
                append(topic == null ? null : topic.partition(produce.partition()));
            }
            produced.endTopic();
        }
        int length = produced.end(0, null);
        if (produce.acks() != 0) {
            send(response.position(0).limit(length));
        }
        return true;
    }

    private void append(FloorPartition partition) {
        long baseOffset = -1;
        short error = KafkaErrors.UNKNOWN_TOPIC_OR_PARTITION;
        if (partition != null) {
            baseOffset = partition.append(produce.buffer(), produce.recordsOffset(), produce.recordsLength());
            error = KafkaErrors.NONE;
            state.appended(partition);
        }
        produced.partition(produce.partition(), error, baseOffset, -1, 0, null, null);
        produced.endPartition();
    }

    private boolean other(int offset, int length) throws MalformedRequestException {
        KafkaRequests.Parsed parsed = KafkaRequests.parse(inputView, offset, length);
        ApiMessage answer = control.answer(parsed.request());
        if (answer == null) {
            return false;
        }
        ApiKeys key = parsed.header().apiKey();
        int bytes = KafkaResponses.write(
                responseView, 0, RESPONSE_BYTES, key, parsed.request().version(), header.correlationId(), answer);
        send(response.position(0).limit(bytes));
        return true;
    }

    /** Called with the broker's lock held, by any connection's thread. */
    private void send(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            // Its own thread sees the end.
            CloseHelper.quietClose(channel);
        }
    }
}
