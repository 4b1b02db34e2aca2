package io.tickwire.compat.wire;

import io.tickwire.compat.target.Target;
import io.tickwire.compat.target.Targets;
import io.tickwire.compat.wire.WireCoverage.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Message;
import org.junit.jupiter.api.DynamicTest;

/** Requests of one key and version to a topic of the script's own, in order. */
final class Script {

    private static final int VISIBLE_WITHIN_S = 30;

    private final ApiKeys key;
    private final short version;
    private final List<WireComparison.Step> steps = new ArrayList<>();
    private final Map<String, Uuid> topicIds = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Object>> memories = new ConcurrentHashMap<>();
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

    Script makeTopic() {
        return makeTopic(Map.of());
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
            awaited.add(new Await(
                    "coordinator of type " + type,
                    ApiKeys.FIND_COORDINATOR,
                    (short) 4,
                    target -> data,
                    seen -> !WireFormat.tellsOfError(seen)));
        }
        return awaited;
    }

    /** Returns what the script has noted of a broker's answers. */
    Map<String, Object> memory(Target target) {
        return memories.computeIfAbsent(target.name(), name -> new ConcurrentHashMap<>());
    }

    long number(Target target, String name) {
        return ((Number) memory(target).get(name)).longValue();
    }

    String text(Target target, String name) {
        return (String) memory(target).get(name);
    }

    /** Adds a request in the script's key and version that Kafka answers without error. */
    Script valid(String what, Function<Target, Message> request) {
        return valid(what, request, ApiMessage.class, (memory, answer) -> {});
    }

    /** Adds a request that Kafka answers without error, and notes what later ones need of the answer. */
    <T extends ApiMessage> Script valid(
            String what, Function<Target, Message> request, Class<T> answer, BiConsumer<Map<String, Object>, T> note) {
        return ask(Form.VALID, what, request, answer, note);
    }

    /** Adds a request that is right in form, and that a broker set up as these refuses. */
    Script refused(String what, Function<Target, Message> request) {
        return ask(Form.REFUSED, what, request);
    }

    /** Adds a request with a value that is odd; what this version cannot say is left out. */
    Script ask(String what, Function<Target, Message> request) {
        return ask(Form.VALUE, what, request);
    }

    /** Adds a request in the script's key and version, of a form. */
    Script ask(Form form, String what, Function<Target, Message> request) {
        return ask(form, what, request, ApiMessage.class, (memory, answer) -> {});
    }

    /** Adds a request of a form, and notes what later ones need of the answer. */
    <T extends ApiMessage> Script ask(
            Form form,
            String what,
            Function<Target, Message> request,
            Class<T> answer,
            BiConsumer<Map<String, Object>, T> note) {
        steps.add(new Request(this, form, what, key, version, request, noting(answer, note)));
        return this;
    }

    /** Adds a request of another key, which prepares for those of the script's or looks at what they did. */
    Script askAlso(String what, ApiKeys other, int otherVersion, Function<Target, Message> request) {
        return askAlso(what, other, otherVersion, request, ApiMessage.class, (memory, answer) -> {});
    }

    /** Adds a request of another key, and notes what later ones need of the answer. */
    <T extends ApiMessage> Script askAlso(
            String what,
            ApiKeys other,
            int otherVersion,
            Function<Target, Message> request,
            Class<T> answer,
            BiConsumer<Map<String, Object>, T> note) {
        steps.add(new Request(this, null, what, other, (short) otherVersion, request, noting(answer, note)));
        return this;
    }

    /** Asks until Kafka's answer is without error, for what a broker does in its own time. */
    Script askUntilDone(String what, ApiKeys other, int otherVersion, Function<Target, Message> request) {
        return askUntil(what, other, otherVersion, request, seen -> !WireFormat.tellsOfError(seen));
    }

    /** Asks until an answer's lines are as expected. */
    Script askUntil(
            String what,
            ApiKeys other,
            int otherVersion,
            Function<Target, Message> request,
            Predicate<List<String>> isExpected) {
        steps.add(new Await(what, other, (short) otherVersion, request, isExpected));
        return this;
    }

    /** Sets a setting of the group that has the name of the script's topic, and waits until it is in force. */
    Script setOfGroup(String name, String value) {
        askAlso(
                "set " + name,
                ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                1,
                target -> SettingsScripts.ofGroup(topic(), name, value));
        return askUntil(
                "in force",
                ApiKeys.DESCRIBE_CONFIGS,
                4,
                target -> SettingsScripts.ofGroup(topic(), name),
                seen -> seen.toString().contains("value = " + value));
    }

    private <T extends ApiMessage> BiConsumer<Target, ApiMessage> noting(
            Class<T> kind, BiConsumer<Map<String, Object>, T> note) {
        return (target, answer) -> note.accept(memory(target), kind.cast(answer));
    }

    DynamicTest test() {
        return WireComparison.test(suite, key + " v" + version, steps);
    }

    /** A request; {@code form} is null for one that only prepares. */
    private record Request(
            Script script,
            Form form,
            String name,
            ApiKeys key,
            short version,
            Function<Target, Message> request,
            BiConsumer<Target, ApiMessage> note)
            implements WireComparison.Step {

        @Override
        public List<String> run(Target target, RawConnection connection) {
            byte[] body;
            try {
                body = WireFormat.bytes(request.apply(target), version);
            } catch (UnsupportedVersionException e) {
                return List.of("not in this version");
            }
            List<String> lines =
                    new Exchange(name, key, version, script.topic(), any -> body, note).run(target, connection);
            if (form != null) {
                WireCoverage.note(key, version, form);
            }
            if (form == Form.VALID && target.equals(Targets.reference()) && WireFormat.tellsOfError(lines)) {
                throw new AssertionError(name + " is not valid: " + lines);
            }
            return lines;
        }
    }

    /** Asks until the answer is as expected, for half a minute at most. */
    record Await(
            String name,
            ApiKeys key,
            short version,
            Function<Target, Message> request,
            Predicate<List<String>> isExpected)
            implements WireComparison.Step {

        @Override
        public List<String> run(Target target, RawConnection connection) {
            Exchange exchange = Exchange.of(name, key, version, WireFormat.bytes(request.apply(target), version));
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(VISIBLE_WITHIN_S);
            List<String> seen = exchange.run(target, connection);
            while (!isExpected.test(seen) && System.nanoTime() - deadline < 0) {
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
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(VISIBLE_WITHIN_S);
                while (!isServed(admin) && System.nanoTime() - deadline < 0) {
                    Thread.sleep(10);
                }
                return List.of("made");
            } catch (Exception e) {
                throw new IllegalStateException(script.topic() + " on " + target.name(), e);
            }
        }

        private boolean isServed(Admin admin) throws InterruptedException {
            try {
                admin.listOffsets(Map.of(new TopicPartition(script.topic(), 0), OffsetSpec.latest()))
                        .all()
                        .get();
                return true;
            } catch (ExecutionException e) {
                return false;
            }
        }
    }
}
