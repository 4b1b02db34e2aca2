package io.tickwire.edge.metadata;

import java.util.concurrent.CompletionStage;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;

/** Follows cluster metadata on the control thread. */
@FunctionalInterface
public interface ImageListener {
    /**
     * Called once per change, in order; the next listener and the next change wait for the stage.
     *
     * @param delta what changed; the first one is the whole image
     * @param image cluster metadata after the change
     * @return done when what follows from the change is in effect
     */
    CompletionStage<Void> onImage(MetadataDelta delta, MetadataImage image);
}
