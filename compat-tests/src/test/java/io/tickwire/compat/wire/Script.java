package io.tickwire.compat.wire;

import io.tickwire.compat.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Message;
import org.junit.jupiter.api.DynamicTest;

/** Requests of one key and version to a topic of the script's own, in order. */
final class Script {

    private static final int VISIBLE_WITHIN_MS = 30_000;

    private final ApiKeys key;
    private final short version;
    private final List<WireComparison.Step> steps = new ArrayList<>();
    private final Map<String, Uuid> topicIds = new ConcurrentHashMap<>();

    private final String suite;

    Script(String suite, ApiKeys key, short version) {
        this.suite = suite;
        this.key = key;
        this.version = version;
    }

    String topic() {
        return suite.replace(' ', '-') + "-" + key.id + "-" + version;
    }

    short version() {
        return version;
    }

    /** Returns the id that a broker gave to the script's topic. */
    Uuid topicId(Target target) {
        return topicIds.get(target.name());
    }

    Script makeTopic(Map<String, String> configs) {
        steps.add(new MakeTopic(this, configs));
        return this;
    }

    /** Waits until the coordinators answer. */
    Script awaitCoordinators() {
        steps.addAll(coordinators());
        return this;
    }

    /** Waits until the coordinators of groups and of transactions answer: their topics are made when first asked for. */
    static List<Await> coordinators() {
        List<Await> awaited = new ArrayList<>();
        for (byte type : new byte[] {0, 1}) {
            FindCoordinatorRequestData data =
                    new FindCoordinatorRequestData().setKeyType(type).setCoordinatorKeys(List.of("k"));
            byte[] body = WireFormat.bytes(data, (short) 4);
            awaited.add(
                    new Await(Exchange.of("coordinator of type " + type, ApiKeys.FIND_COORDINATOR, (short) 4, body)));
        }
        return awaited;
    }

    /** Adds a request in the script's key and version; what this version cannot say is left out. */
    Script ask(String what, Function<Target, Message> request) {
        return askAlso(what, key, version, request);
    }

    /** Adds a request of another key. */
    Script askAlso(String what, ApiKeys other, short otherVersion, Function<Target, Message> request) {
        steps.add(new Request(what, other, otherVersion, request));
        return this;
    }

    DynamicTest test() {
        return WireComparison.test(suite, key + " v" + version, steps);
    }

    private record Request(String name, ApiKeys key, short version, Function<Target, Message> request)
            implements WireComparison.Step {

        @Override
        public List<String> run(Target target, RawConnection connection) {
            byte[] body;
            try {
                body = WireFormat.bytes(request.apply(target), version);
            } catch (UnsupportedVersionException e) {
                return List.of("not in this version");
            }
            return Exchange.of(name, key, version, body).run(target, connection);
        }
    }

    /** Asks until the answer is without error, for half a minute at most. */
    record Await(Exchange exchange) implements WireComparison.Step {

        @Override
        public String name() {
            return exchange.name();
        }

        @Override
        public List<String> run(Target target, RawConnection connection) {
            long deadline = System.currentTimeMillis() + VISIBLE_WITHIN_MS;
            List<String> seen = exchange.run(target, connection);
            while (!seen.toString().contains("errorCode = 0") && System.currentTimeMillis() < deadline) {
                seen = exchange.run(target, connection);
            }
            return seen;
        }
    }

    private record MakeTopic(Script script, Map<String, String> configs) implements WireComparison.Step {

        @Override
        public String name() {
            return "make topic";
        }

        @Override
        public List<String> run(Target target, RawConnection connection) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", target.bootstrap()))) {
                var result = admin.createTopics(List.of(new NewTopic(script.topic(), 1, (short) 1).configs(configs)));
                script.topicIds.put(
                        target.name(), result.topicId(script.topic()).get());
                long deadline = System.currentTimeMillis() + VISIBLE_WITHIN_MS;
                while (!admin.listTopics().names().get().contains(script.topic())
                        && System.currentTimeMillis() < deadline) {
                    Thread.sleep(10);
                }
                return List.of("made");
            } catch (Exception e) {
                throw new IllegalStateException(script.topic() + " on " + target.name(), e);
            }
        }
    }
}
