package io.tickwire.compat.wire;

import io.tickwire.compat.wire.WireCoverage.Form;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.DynamicTest;

/** Settings of topics and brokers, and quotas of clients. */
final class SettingsScripts {

    private static final int TOPIC = 2;
    private static final int BROKER = 4;
    private static final int CLIENT_METRICS = 16;
    private static final int GROUP = 32;
    private static final int NO_TYPE = 99;

    private SettingsScripts() {}

    static Stream<DynamicTest> tests() {
        return Stream.of(
                        WireScripts.scripts(ApiKeys.DESCRIBE_CONFIGS, SettingsScripts::describe),
                        WireScripts.scripts(ApiKeys.ALTER_CONFIGS, SettingsScripts::alter),
                        WireScripts.scripts(ApiKeys.INCREMENTAL_ALTER_CONFIGS, SettingsScripts::alterIncrementally),
                        WireScripts.scripts(ApiKeys.LIST_CONFIG_RESOURCES, SettingsScripts::list),
                        WireScripts.scripts(ApiKeys.ALTER_CLIENT_QUOTAS, SettingsScripts::alterQuotas),
                        WireScripts.scripts(ApiKeys.DESCRIBE_CLIENT_QUOTAS, SettingsScripts::describeQuotas))
                .flatMap(one -> one);
    }

    static IncrementalAlterConfigsRequestData ofGroup(String group, String name, String value) {
        return operate(GROUP, group, name, 0, value);
    }

    static DescribeConfigsRequestData ofGroup(String group, String name) {
        return describe(GROUP, group, name);
    }

    private static DescribeConfigsRequestData describe(int type, String name, String... keys) {
        return new DescribeConfigsRequestData()
                .setResources(List.of(new DescribeConfigsRequestData.DescribeConfigsResource()
                        .setResourceType((byte) type)
                        .setResourceName(name)
                        .setConfigurationKeys(keys.length == 0 ? null : Arrays.asList(keys))));
    }

    private static Script describe(Script script) {
        script.makeTopic(Map.of("retention.ms", "60000"));
        script.valid("its topic", target -> describe(TOPIC, script.topic()));
        script.valid("two keys", target -> describe(TOPIC, script.topic(), "retention.ms", "cleanup.policy"));
        script.valid(
                "with synonyms and documentation",
                target -> describe(TOPIC, script.topic(), "retention.ms", "segment.bytes")
                        .setIncludeSynonyms(true)
                        .setIncludeDocumentation(true));
        script.valid("its broker", target -> describe(BROKER, "1", "log.retention.ms", "message.max.bytes"));
        script.ask(Form.UNKNOWN, "unknown key", target -> describe(TOPIC, script.topic(), "none"));
        script.ask(Form.UNKNOWN, "unknown topic", target -> describe(TOPIC, "wire-none"));
        script.ask(Form.UNKNOWN, "unknown broker", target -> describe(BROKER, "9"));
        script.ask("broker that is no number", target -> describe(BROKER, "one"));
        script.ask("unknown type", target -> describe(NO_TYPE, script.topic()));
        script.ask("bad name", target -> describe(TOPIC, "a b"));
        return script.ask(Form.SIZE, "nothing", target -> new DescribeConfigsRequestData());
    }

    private static AlterConfigsRequestData alter(int type, String resource, String name, String value) {
        var one = new AlterConfigsRequestData.AlterConfigsResource()
                .setResourceType((byte) type)
                .setResourceName(resource);
        one.configs()
                .add(new AlterConfigsRequestData.AlterableConfig().setName(name).setValue(value));
        AlterConfigsRequestData data = new AlterConfigsRequestData();
        data.resources().add(one);
        return data;
    }

    private static Script alter(Script script) {
        script.makeTopic();
        script.valid("its topic", target -> alter(TOPIC, script.topic(), "retention.ms", "60000"));
        script.valid(
                "only validated",
                target -> alter(TOPIC, script.topic(), "retention.ms", "60000").setValidateOnly(true));
        script.ask("null", target -> alter(TOPIC, script.topic(), "retention.ms", null));
        script.ask("bad value", target -> alter(TOPIC, script.topic(), "retention.ms", "long"));
        script.ask(Form.UNKNOWN, "unknown key", target -> alter(TOPIC, script.topic(), "none", "1"));
        script.ask(Form.UNKNOWN, "unknown topic", target -> alter(TOPIC, "wire-none", "retention.ms", "1"));
        script.ask(Form.UNKNOWN, "unknown broker", target -> alter(BROKER, "9", "log.retention.ms", "1"));
        return script.ask("unknown type", target -> alter(NO_TYPE, script.topic(), "retention.ms", "1"));
    }

    private static IncrementalAlterConfigsRequestData operate(
            int type, String resource, String name, int operation, String value) {
        var one = new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                .setResourceType((byte) type)
                .setResourceName(resource);
        one.configs()
                .add(new IncrementalAlterConfigsRequestData.AlterableConfig()
                        .setName(name)
                        .setConfigOperation((byte) operation)
                        .setValue(value));
        IncrementalAlterConfigsRequestData data = new IncrementalAlterConfigsRequestData();
        data.resources().add(one);
        return data;
    }

    private static Script alterIncrementally(Script script) {
        script.makeTopic();
        String topic = script.topic();
        script.valid("set", target -> operate(TOPIC, topic, "retention.ms", 0, "60000"));
        script.valid("appended", target -> operate(TOPIC, topic, "cleanup.policy", 2, "compact"));
        script.valid("taken from", target -> operate(TOPIC, topic, "cleanup.policy", 3, "compact"));
        script.valid("deleted", target -> operate(TOPIC, topic, "retention.ms", 1, null));
        script.ask(Form.ORDER, "deleted again", target -> operate(TOPIC, topic, "retention.ms", 1, null));
        script.ask("appended to no list", target -> operate(TOPIC, topic, "retention.ms", 2, "1"));
        script.ask("unknown operation", target -> operate(TOPIC, topic, "retention.ms", 9, "1"));
        script.ask("null", target -> operate(TOPIC, topic, "retention.ms", 0, null));
        script.ask("bad value", target -> operate(TOPIC, topic, "retention.ms", 0, "long"));
        script.ask(Form.UNKNOWN, "unknown key", target -> operate(TOPIC, topic, "none", 0, "1"));
        script.ask(Form.UNKNOWN, "unknown topic", target -> operate(TOPIC, "wire-none", "retention.ms", 0, "1"));
        return script.ask("unknown type", target -> operate(NO_TYPE, topic, "retention.ms", 0, "1"));
    }

    private static Script list(Script script) {
        script.valid("of client metrics", target -> types(script, CLIENT_METRICS));
        return script.ask(Form.UNKNOWN, "of an unknown type", target -> types(script, NO_TYPE));
    }

    private static ListConfigResourcesRequestData types(Script script, int type) {
        ListConfigResourcesRequestData data = new ListConfigResourcesRequestData();
        return script.version() == 0 ? data : data.setResourceTypes(List.of((byte) type));
    }

    private static AlterClientQuotasRequestData quota(String type, String entity, String key, double value) {
        return new AlterClientQuotasRequestData()
                .setEntries(List.of(new AlterClientQuotasRequestData.EntryData()
                        .setEntity(List.of(new AlterClientQuotasRequestData.EntityData()
                                .setEntityType(type)
                                .setEntityName(entity)))
                        .setOps(List.of(new AlterClientQuotasRequestData.OpData()
                                .setKey(key)
                                .setValue(value)))));
    }

    private static Script alterQuotas(Script script) {
        String user = script.topic();
        script.valid("set", target -> quota("user", user, "consumer_byte_rate", 1_000_000));
        script.valid(
                "only validated",
                target -> quota("user", user, "consumer_byte_rate", 7).setValidateOnly(true));
        script.ask(Form.UNKNOWN, "unknown key", target -> quota("user", user, "none", 1));
        script.ask(Form.UNKNOWN, "unknown kind of entity", target -> quota("none", user, "consumer_byte_rate", 1));
        for (double value : new double[] {0, -1, 0.5, Double.NaN, Double.POSITIVE_INFINITY}) {
            script.ask(Form.SIZE, "value " + value, target -> quota("user", user, "consumer_byte_rate", value));
        }
        script.ask("no entity", target -> {
            AlterClientQuotasRequestData data = quota("user", user, "consumer_byte_rate", 1);
            data.entries().getFirst().setEntity(List.of());
            return data;
        });
        script.valid("removed", target -> removed(user));
        return script.ask(Form.ORDER, "removed again", target -> removed(user));
    }

    private static AlterClientQuotasRequestData removed(String user) {
        AlterClientQuotasRequestData data = quota("user", user, "consumer_byte_rate", 0);
        data.entries().getFirst().ops().getFirst().setRemove(true);
        return data;
    }

    private static DescribeClientQuotasRequestData quotas(String type, int match, String name) {
        return new DescribeClientQuotasRequestData()
                .setComponents(List.of(new DescribeClientQuotasRequestData.ComponentData()
                        .setEntityType(type)
                        .setMatchType((byte) match)
                        .setMatch(name)));
    }

    private static Script describeQuotas(Script script) {
        String user = script.topic();
        script.askAlso("set", ApiKeys.ALTER_CLIENT_QUOTAS, 1, target -> quota("user", user, "producer_byte_rate", 9e6));
        script.askUntil(
                "there",
                ApiKeys.DESCRIBE_CLIENT_QUOTAS,
                1,
                target -> quotas("user", 0, user),
                seen -> seen.toString().contains(user));
        script.valid("its own", target -> quotas("user", 0, user));
        script.valid("its own only", target -> quotas("user", 0, user).setStrict(true));
        script.ask(Form.UNKNOWN, "unknown user", target -> quotas("user", 0, "wire-none"));
        script.ask(Form.UNKNOWN, "unknown kind of entity", target -> quotas("none", 0, user));
        script.ask("unknown match", target -> quotas("user", 9, user));
        script.ask("name where none belongs", target -> quotas("user", 1, user));
        script.ask("twice", target -> {
            DescribeClientQuotasRequestData data = quotas("user", 0, user);
            var one = data.components().getFirst();
            return data.setComponents(List.of(one, one.duplicate()));
        });
        return script.askAlso("removed", ApiKeys.ALTER_CLIENT_QUOTAS, 1, target -> {
            AlterClientQuotasRequestData data = quota("user", user, "producer_byte_rate", 0);
            data.entries().getFirst().ops().getFirst().setRemove(true);
            return data;
        });
    }
}
