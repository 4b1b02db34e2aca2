package io.tickwire.edge.launch;

import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.MulticastSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.zip.CRC32;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Stock clients in a process of their own, over the kernel's stack of their namespace. Arguments: bootstrap, group, UDP port. */
final class DpdkClients {
    private static final long SEED = 20_260_109;
    private static final int SMALL = 20_000;
    private static final int LARGE = 10;
    private static final int DATAGRAMS = 1_000;
    private static final long LIMIT_NS = 60_000_000_000L;

    private DpdkClients() {}

    public static void main(String[] arguments) throws Exception {
        String bootstrap = arguments[0];
        System.out.println("seed " + SEED);
        String host = bootstrap.substring(0, bootstrap.indexOf(':'));
        if (!InetAddress.getByName(host).isReachable(5_000)) {
            throw new IllegalStateException("no answer to an ICMP echo"); // as root Java sends a real one
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(new NewTopic("orders", 3, (short) 1)))
                    .all()
                    .get();
        }
        long sent = produce(bootstrap);
        long received = checksum(consume(bootstrap, "orders", SMALL + LARGE));
        if (sent != received) {
            throw new IllegalStateException("sent and received differ");
        }
        if (arguments.length == 1) {
            System.out.println("all arrived");
            return;
        }
        feed(InetAddress.getByName(arguments[1]), Integer.parseInt(arguments[2]));
        List<byte[]> ticks = consume(bootstrap, "ticks", DATAGRAMS);
        for (int i = 0; i < DATAGRAMS; i++) {
            int number = ByteBuffer.wrap(ticks.get(i)).getInt();
            if (number != i) {
                throw new IllegalStateException("datagram " + number + " at place " + i);
            }
        }
        System.out.println("all arrived");
    }

    private static long produce(String bootstrap) throws Exception {
        Random random = new Random(SEED);
        List<byte[]> values = new ArrayList<>();
        List<Future<RecordMetadata>> acknowledged = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap, "acks", "all", "max.request.size", "2000000"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = 0; i < SMALL + LARGE; i++) {
                byte[] value = new byte[i < SMALL ? 20 + random.nextInt(200) : 900_000];
                random.nextBytes(value);
                values.add(value);
                acknowledged.add(producer.send(new ProducerRecord<>("orders", value)));
            }
        }
        for (Future<RecordMetadata> one : acknowledged) {
            one.get();
        }
        return checksum(values);
    }

    private static List<byte[]> consume(String bootstrap, String topic, int count) {
        List<byte[]> received = new ArrayList<>();
        long deadlineNs = System.nanoTime() + LIMIT_NS;
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap, "group.id", "of-" + topic, "auto.offset.reset", "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            partitions.forEach(partition -> consumer.seek(partition, 0));
            while (received.size() < count) {
                if (System.nanoTime() - deadlineNs >= 0) {
                    throw new IllegalStateException(topic + ": received " + received.size() + " of " + count);
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    received.add(record.value());
                }
            }
            consumer.commitSync();
        }
        return received;
    }

    /** Independent of the order, as partitions are read as they come. */
    private static long checksum(List<byte[]> values) {
        long sum = 0;
        for (byte[] value : values) {
            CRC32 crc = new CRC32();
            crc.update(value);
            sum += crc.getValue();
        }
        return sum;
    }

    private static void feed(InetAddress group, int port) throws Exception {
        try (MulticastSocket socket = new MulticastSocket()) {
            socket.setTimeToLive(1);
            for (int i = 0; i < DATAGRAMS; i++) {
                byte[] payload = ByteBuffer.allocate(64).putInt(i).array();
                socket.send(new DatagramPacket(payload, payload.length, group, port));
                if (i % 50 == 49) {
                    // UDP has no flow control, and the receiver shares two cores with everything else here.
                    Thread.sleep(5);
                }
            }
        }
    }
}
