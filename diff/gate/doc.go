// Package gate decides whether a judged run passes: what of it the user wants
// ignored, what stood in an earlier report, what grew beyond a limit of the
// user's own, and which outcome that leaves.
//
// What flows in: a [Policy], the events of one target, and the result of its
// judge. What flows out: a [Judged], the result as the policy has it. Nothing
// is judged anew here but the limits, which are no question of leak or growth:
// the user said what may be.
package gate
