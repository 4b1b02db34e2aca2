/** Everything that goes through Kafka's own generated classes and codecs; the only importer of Kafka in this module. */
package io.tickwire.kafka.message;
