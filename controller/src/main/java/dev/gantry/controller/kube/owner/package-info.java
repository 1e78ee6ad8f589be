/**
 * What the planners of all kinds that own pods and other objects have in common: what is theirs, whom a change concerns, how
 * dependents are named, made, changed and deleted. Knows no kind's rules.
 */
@NullMarked
package dev.gantry.controller.kube.owner;

import org.jspecify.annotations.NullMarked;
