# What an interactive zsh offers for the line in $1, a word a line.
zmodload zsh/zpty
setup='
PS1=
unset zle_bracketed_paste
autoload -Uz compinit && compinit -u -D
bindkey "^I" complete-word
compadd() {
  if [[ "$*" != *-[OAD]\ * ]]; then
    local -a offered
    builtin compadd -A offered "$@"
    print -rl -- "offered:"$^offered
  fi
  builtin compadd "$@"
}
finish() { print FINI""SHED; exit }
comppostfuncs=(finish)
print REA""DY
'
zpty shell zsh -f -i
zpty -w shell "$setup"
while zpty -r shell text; do [[ $text == *READY* ]] && break; done
zpty -n -w shell "$1"$'\t'
said=
while zpty -r shell text; do
  said+=$text
  [[ $text == *FINISHED* ]] && break
done
print -rl -- ${${(M)${(f)said}:#*offered:*}//(*offered:|$'\r')/}
