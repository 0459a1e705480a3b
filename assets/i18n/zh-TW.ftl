## problem
# words of this part follow; keep parts apart


## register
# words of this part follow; keep parts apart


## field
# words of this part follow; keep parts apart


## state
# words of this part follow; keep parts apart


## value
# words of this part follow; keep parts apart


## cli
# words of this part follow; keep parts apart


## capture
# words of this part follow; keep parts apart


## import
# words of this part follow; keep parts apart


## desk
# words of this part follow; keep parts apart


## tui
# words of this part follow; keep parts apart


## keys
# words of this part follow; keep parts apart


## palette
# words of this part follow; keep parts apart


## composer
# words of this part follow; keep parts apart


## after-sale
# words of this part follow; keep parts apart


## note
# words of this part follow; keep parts apart


## handover
# words of this part follow; keep parts apart


## bundle
# words of this part follow; keep parts apart


## search
# words of this part follow; keep parts apart


## demo
# words of this part follow; keep parts apart


