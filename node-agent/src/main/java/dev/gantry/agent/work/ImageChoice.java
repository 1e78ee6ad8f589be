package dev.gantry.agent.work;

import dev.gantry.agent.AgentSettings.PullBehavior;
import dev.gantry.agent.engine.ImageReference;
import dev.gantry.agent.engine.LocalImage;
import java.util.Optional;

/** Decides whether an image is pulled. */
sealed interface ImageChoice {

    /**
     * The local image serves without asking a registry.
     *
     * @param note what a person should know; may be empty
     */
    record Use(LocalImage image, String note) implements ImageChoice {}

    /**
     * @param fallback serves when the pull fails
     */
    record Ask(Optional<LocalImage> fallback) implements ImageChoice {}

    /** No registry may be asked, and there is no local image. */
    record Refuse(String why) implements ImageChoice {}

    /**
     * What is known when the choice is made.
     *
     * @param pulled whether this agent has pulled the reference before
     * @param failedLately whether the registry failed a short time ago while a local image was present
     */
    record Case(
            PullBehavior behavior,
            String reference,
            Optional<LocalImage> local,
            boolean pulled,
            boolean failedLately) {}

    /**
     * ALWAYS asks, whatever is present. Otherwise what is not present is asked for, and a reference by digest that is present
     * never again. By DEFAULT a tag is asked for each time, because it may have moved, with the local image as the fallback; but an image
     * that came from no registry was built here, and serves at once: asking for it would only wait for a registry that does not have it.
     */
    static ImageChoice of(Case given) {
        if (given.local().isEmpty() && given.behavior() == PullBehavior.NEVER) {
            return new Refuse("Container image \"" + given.reference() + "\" is not present with pull policy of Never");
        }
        if (given.local().isEmpty() || given.behavior() == PullBehavior.ALWAYS) {
            return new Ask(Optional.empty());
        }
        LocalImage local = given.local().orElseThrow();
        if (!ImageReference.parse(given.reference()).digest().isEmpty()) {
            return new Use(local, "");
        }
        return switch (given.behavior()) {
            case PREFER_CACHED, NEVER -> new Use(local, "");
            case ONCE -> given.pulled() || !local.isFromRegistry() ? new Use(local, "") : new Ask(given.local());
            case DEFAULT, ALWAYS -> byDefault(given, local);
        };
    }

    private static ImageChoice byDefault(Case given, LocalImage local) {
        if (!local.isFromRegistry()) {
            return new Use(local, "Image " + given.reference() + " was built on this node; no registry was asked");
        }
        if (given.failedLately()) {
            return new Use(
                    local,
                    "Image " + given.reference() + ": the local one serves, because its registry failed a moment ago");
        }
        return new Ask(given.local());
    }
}
