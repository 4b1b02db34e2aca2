/** Record batch format version 2: flyweight, encoder, record cursor, CRC-32C and the validation a broker owes its log. */
package io.tickwire.kafka.record;
