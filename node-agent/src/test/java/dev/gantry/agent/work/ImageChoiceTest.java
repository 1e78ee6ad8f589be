package dev.gantry.agent.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.AgentSettings.PullBehavior;
import dev.gantry.agent.engine.LocalImage;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ImageChoiceTest {

    private static final LocalImage BUILT = new LocalImage("sha256:1", List.of("app:1"), List.of());
    private static final LocalImage PULLED = new LocalImage("sha256:1", List.of("app:1"), List.of("app@sha256:2"));

    private static ImageChoice choice(PullBehavior behavior, LocalImage local, boolean pulled, boolean failedLately) {
        return ImageChoice.of(new ImageChoice.Case(behavior, "app:1", Optional.of(local), pulled, failedLately));
    }

    @Test
    void asksForWhatIsNotPresentUnlessItNeverMay() {
        assertThat(ImageChoice.of(new ImageChoice.Case(PullBehavior.NEVER, "app:1", Optional.empty(), false, false)))
                .isInstanceOf(ImageChoice.Refuse.class);
        assertThat(choice(PullBehavior.NEVER, BUILT, false, false)).isInstanceOf(ImageChoice.Use.class);
        for (PullBehavior behavior : EnumSet.complementOf(EnumSet.of(PullBehavior.NEVER))) {
            assertThat(ImageChoice.of(new ImageChoice.Case(behavior, "app:1", Optional.empty(), true, true)))
                    .isEqualTo(new ImageChoice.Ask(Optional.empty()));
        }
    }

    @Test
    void usesAnImageThatWasBuiltHereAtOnceAndSaysSo() {
        assertThat(choice(PullBehavior.DEFAULT, BUILT, false, false))
                .isInstanceOfSatisfying(
                        ImageChoice.Use.class, use -> assertThat(use.note()).contains("built on this node"));
    }

    @Test
    void asksForATagThatMayHaveMovedWithTheLocalOneToFallBackOn() {
        assertThat(choice(PullBehavior.DEFAULT, PULLED, true, false))
                .isEqualTo(new ImageChoice.Ask(Optional.of(PULLED)));
    }

    @Test
    void doesNotAskARegistryAgainThatFailedAMomentAgo() {
        assertThat(choice(PullBehavior.DEFAULT, PULLED, true, true)).isInstanceOf(ImageChoice.Use.class);
    }

    @Test
    void neverPullsAKnownDigestAgain() {
        ImageChoice.Case byDigest =
                new ImageChoice.Case(PullBehavior.DEFAULT, "app@sha256:2", Optional.of(PULLED), false, false);
        assertThat(ImageChoice.of(byDigest)).isEqualTo(new ImageChoice.Use(PULLED, ""));
    }

    @Test
    void asksOnceOrAlwaysOrNotAtAllWhenToldSo() {
        assertThat(choice(PullBehavior.ONCE, PULLED, false, false)).isInstanceOf(ImageChoice.Ask.class);
        assertThat(choice(PullBehavior.ONCE, PULLED, true, false)).isInstanceOf(ImageChoice.Use.class);
        assertThat(choice(PullBehavior.ALWAYS, BUILT, true, false)).isEqualTo(new ImageChoice.Ask(Optional.empty()));
        assertThat(choice(PullBehavior.PREFER_CACHED, PULLED, false, false)).isInstanceOf(ImageChoice.Use.class);
    }
}
