package dev.gantry.agent.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.RouteBook;
import dev.gantry.proto.Routes;
import org.junit.jupiter.api.Test;

class InstalmentsTest {

    private final RouteBook before = Policies.book(Policies.of("a", "web"), Policies.of("b", "web"));
    private final Instalments instalments = new Instalments();

    private static Routes.Builder news(String policy) {
        return Routes.newBuilder().addPolicies(Policies.of(policy, "web"));
    }

    @Test
    void changeNothingBeforeTheLastOneIsThere() {
        Routes first = news("a").setFull(true).setMore(true).build();
        assertThat(instalments.after(before, first)).isEmpty();
        assertThat(instalments.after(before, news("c").setMore(true).build())).isEmpty();
        assertThat(instalments.after(before, news("b").build()))
                .contains(Policies.book(Policies.of("a", "web"), Policies.of("b", "web"), Policies.of("c", "web")));
        assertThat(instalments.after(before, news("d").build()))
                .hasValueSatisfying(book -> assertThat(book.policies())
                        .containsOnlyKeys("default/shop/a", "default/shop/b", "default/shop/d"));
    }

    @Test
    void areForgottenWhenTheWholeBeginsAnew() {
        assertThat(instalments.after(before, news("x").setMore(true).build())).isEmpty();
        assertThat(instalments.after(before, news("a").setFull(true).build()))
                .contains(Policies.book(Policies.of("a", "web")));
    }
}
