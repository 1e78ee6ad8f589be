package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.ListAccountSettingsRequest;
import dev.gantry.aws.ecs.ListAccountSettingsResponse;
import dev.gantry.aws.ecs.Setting;
import dev.gantry.controller.aws.Caller;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsAccountSettings;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Account settings: kept and shown per principal and for the account. */
final class AccountSettingOperations {

    private static final Key<EcsAccountSettings> KEY = Kinds.ECS_ACCOUNT_SETTINGS.key("", "account");
    private static final int VALUES_MAX = 10_000;

    private final Writes writes;
    private final Paging paging;

    AccountSettingOperations(EcsParts parts, Writes writes) {
        this.writes = writes;
        this.paging = new Paging(parts.pages());
    }

    Setting put(String name, String value, @Nullable String principal, Caller caller) throws InterruptedException {
        return set(name, value, principal(principal, caller));
    }

    /** Holds for every principal without a setting of its own. */
    Setting putDefault(String name, String value, Caller caller) throws InterruptedException {
        Setting set = set(name, value, "");
        return set.toBuilder()
                .principalArn("arn:aws:iam::" + caller.account() + ":root")
                .build();
    }

    Setting delete(String name, @Nullable String principal, Caller caller) throws InterruptedException {
        AccountSettings.check(name);
        String owner = principal(principal, caller);
        change(values -> values.remove(entry(owner, name)));
        return setting(name, "", owner);
    }

    ListAccountSettingsResponse list(ListAccountSettingsRequest request, Caller caller) {
        if (request.name() != null) {
            AccountSettings.check(request.name());
        }
        String owner = principal(request.principalArn(), caller);
        boolean effective = Boolean.TRUE.equals(request.effectiveSettings());
        Map<String, String> values = values(writes.snapshot());
        List<Setting> settings = new ArrayList<>();
        for (String name : AccountSettings.names()) {
            String own = values.get(entry(owner, name));
            String inherited = values.getOrDefault(entry("", name), AccountSettings.defaultOf(name));
            String value = own != null ? own : effective ? inherited : null;
            boolean wanted = request.name() == null || request.name().equals(name);
            if (value != null
                    && wanted
                    && (request.value() == null || request.value().equals(value))) {
                settings.add(setting(name, value, owner));
            }
        }
        String query = owner + " " + effective + " " + request.name() + " " + request.value();
        var page = paging.page(
                new Paging.Ask("ListAccountSettings", query, request.nextToken(), request.maxResults()),
                settings,
                setting -> String.valueOf(setting.name()));
        return ListAccountSettingsResponse.builder()
                .settings(page.items())
                .nextToken(page.next())
                .build();
    }

    private Setting set(String name, String value, String owner) throws InterruptedException {
        AccountSettings.check(name, value);
        change(values -> values.put(entry(owner, name), value));
        return setting(name, value, owner);
    }

    private void change(Consumer<Map<String, String>> change) throws InterruptedException {
        writes.decide(snapshot -> {
            Map<String, String> values = new TreeMap<>(values(snapshot));
            change.accept(values);
            if (values.size() > VALUES_MAX) {
                throw Refusals.client("There are too many account settings; delete some that are not used.");
            }
            EcsAccountSettings changed =
                    EcsAccountSettings.newBuilder().putAllValues(values).build();
            Transaction.Builder write = Transaction.builder();
            Optional<Versioned<EcsAccountSettings>> present = snapshot.get(KEY);
            if (present.isPresent()) {
                write.update(present.get(), changed);
            } else {
                write.create(KEY, changed);
            }
            return new Decision<>(write.build(), _ -> changed);
        });
    }

    private static Map<String, String> values(Snapshot snapshot) {
        return snapshot.get(KEY).map(record -> record.value().getValuesMap()).orElse(Map.of());
    }

    private static String principal(@Nullable String given, Caller caller) {
        if (given == null) {
            return caller.principalArn();
        }
        if (!given.matches("arn:aws:iam::" + caller.account() + ":(root|(user|role)/.{1,512})")) {
            throw Refusals.invalid("Invalid principalArn '" + given + "'.");
        }
        return given;
    }

    private static String entry(String owner, String name) {
        return owner + " " + name;
    }

    private static Setting setting(String name, String value, String owner) {
        return Setting.builder()
                .name(name)
                .value(value)
                .principalArn(owner)
                .type("user")
                .build();
    }
}
